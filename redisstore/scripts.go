package redisstore

import (
	"crypto/sha1" //nolint:gosec // by which Redis names scripts
	"encoding/hex"
)

// script is a Lua script, which Redis runs at one moment.
type script struct {
	text, hash string
}

func newScript(text string) script {
	sum := sha1.Sum([]byte(text)) //nolint:gosec // by which Redis names scripts
	return script{text: text, hash: hex.EncodeToString(sum[:])}
}

// scripts are those that a store runs.
type scripts struct {
	getDelete, increment, compareAndSwap, transition, window script
}

func newScripts() scripts {
	return scripts{
		// GETDEL, for servers before Redis 6.2.
		getDelete: newScript(`
local value = redis.call('GET', KEYS[1])
if value then redis.call('DEL', KEYS[1]) end
return value`),

		// The count is returned as text: a number in Lua is exact up to 2^53. A counter
		// that some other program has left without expiry gets one.
		increment: newScript(`
redis.call('SET', KEYS[1], '0', 'PX', ARGV[1], 'NX')
redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return redis.call('GET', KEYS[1])`),

		// ARGV: 1 if the key must be absent, the old value, the new value, the ttl,
		// which is 0 to delete.
		compareAndSwap: newScript(`
local held = redis.call('GET', KEYS[1])
if ARGV[1] == '1' then
  if held then return 0 end
elseif held ~= ARGV[2] then
  return 0
end
if ARGV[4] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
end
return 1`),
		transition: newTransitionScript(),
		window:     newWindowScript(),
	}
}
