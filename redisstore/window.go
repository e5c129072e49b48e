package redisstore

import (
	"context"
	"strconv"
	"time"

	"github.com/gorm-auth/authplugin"
)

var _ authplugin.WindowStorage = (*Store)(nil)

// windowLife is after how many slots nothing of a window counts that ends with a slot.
const windowLife = 17

// newWindowScript is the script of [Store.TakeWindow]: authplugin.WindowTake.Take in Lua,
// whose numbers are exact up to 2^53, far more than there are slots. ARGV: the slot of the
// present, the limit, how long a window lives that ends with it, and how much longer one
// lives for each slot that it is ahead, in milliseconds.
func newWindowScript() script {
	//nolint:dupword // Lua ends one block after the other
	return newScript(`
local slot, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'table' then
  if not string.find(held.err, 'WRONGTYPE', 1, true) then return held end
  held = false
end
local newest, count, before = 0, 0, string.rep('0', 153)
if held then
  local n, c, b = string.match(held, '^(%d+) (%d+) (%d+)$')
  if b and #n <= 15 and #c == 9 and #b == 153 then newest, count, before = tonumber(n), tonumber(c), b end
end
local steps = math.max(0, math.min(slot - newest, 17))
before = string.sub(before, 9 * steps + 1) .. string.rep(string.format('%09d', count), steps)
newest = math.max(newest, slot)
if (count - tonumber(string.sub(before, 1, 9))) % 1000000000 >= most then return {0, held} end
local value = string.format('%.0f %09d ', newest, (count + 1) % 1000000000) .. before
local ttl = ARGV[3] + math.ceil((newest - slot) * ARGV[4])
redis.call('SET', KEYS[1], value, 'PX', string.format('%.0f', ttl))
return {1, value}`)
}

// TakeWindow implements [authplugin.WindowStorage], by a script.
func (s *Store) TakeWindow(ctx context.Context, key string, take authplugin.WindowTake) (value []byte, taken bool, err error) {
	const operation = "take window"
	if err := s.begin(ctx); err != nil {
		return nil, false, err
	}
	slot, length := take.Slot()
	ttl := time.Duration((slot+windowLife)*int64(length) - take.Now.UnixNano())
	perSlot := strconv.FormatFloat(float64(length)/float64(time.Millisecond), 'f', -1, 64)
	result, err := s.run(ctx, s.scripts.window, s.prefix+key, slot, take.Max, milliseconds(ttl).Milliseconds(), perSlot)
	if err != nil {
		return nil, false, failed(ctx, operation, err)
	}
	answers, ok := result.([]any)
	if !ok || len(answers) != 2 {
		return nil, false, unexpected(operation, result)
	}
	counted, ok := answers[0].(int64)
	text, isText := answers[1].(string)
	if !ok || !isText {
		return nil, false, unexpected(operation, result)
	}
	return []byte(text), counted == 1, nil
}
