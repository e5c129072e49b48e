package redisstore

// newTransitionScript is the script of a transition. It has four arguments for each
// key, see argsOf, and returns 1, or 0 for a condition that does not hold. A list is
// edited as authplugin.ListEdit does it; one that cannot be read counts as empty, and a
// key of another type is no list. Numbers are written by format, since cjson rounds to
// 14 digits, and a slash and the character 127 as JSON.stringify writes them. What no
// program writes as JSON, cjson reads in its own way: it takes hexadecimal numbers,
// Infinity and raw control characters, refuses halves of surrogates and more than 1,000
// levels, and keeps bytes that are no UTF-8; and it tells letter cases of names apart.
//
// All errors that a server can give come before the first write, so that a transition
// happens or does not: it refuses the first write for want of memory or of the right to
// write, and the ones after it no more.
func newTransitionScript() script {
	//nolint:dupword // Lua ends one block after the other
	return newScript(`
local latest = 9007199254740992
for i, key in ipairs(KEYS) do
  local condition = ARGV[4 * i - 3]
  if condition ~= '' then
    local value = redis.pcall('GET', key)
    if type(value) == 'table' then
      if not string.find(value.err, 'WRONGTYPE', 1, true) then return value end
      if condition ~= 'list' then return 0 end
      value = false
    end
    if condition == 'absent' and value or condition == 'equal' and value ~= ARGV[4 * i - 2] then return 0 end
  end
end

local function held(key)
  local text = redis.pcall('GET', key)
  if type(text) ~= 'string' then return {} end
  local ok, list = pcall(cjson.decode, text)
  if ok and type(list) == 'table' then return list end
  return {}
end

local function edited(list, change, now)
  local gone, entered, members = {}, {}, {}
  local function add(member, expires)
    if expires > latest then expires = latest end
    if member.token ~= '' and expires > now then
      members[#members + 1] = {token = member.token, expires = expires, position = #members}
    end
  end
  if type(change.leave) == 'table' then
    for _, token in ipairs(change.leave) do gone[token] = true end
  end
  for _, member in ipairs(change.enter) do
    gone[member.token] = true
    entered[member.token] = member.expiresAt
  end
  for _, member in ipairs(list) do
    if type(member) == 'table' and type(member.token) == 'string' and type(member.expiresAt) == 'number' and not gone[member.token] then
      add(member, math.floor(member.expiresAt))
    end
  end
  for _, member in ipairs(change.enter) do
    if entered[member.token] then
      add(member, entered[member.token])
      entered[member.token] = nil
    end
  end
  table.sort(members, function(a, b)
    if a.expires ~= b.expires then return a.expires < b.expires end
    return a.position < b.position
  end)
  return members
end

local quoted
function quoted(token)
  local text = string.gsub(cjson.encode(token), '\\/', '/')
  if not string.find(token, '\127', 1, true) then return text end
  return '"' .. string.gsub(token, '[^\127]+', function(part) return string.sub(quoted(part), 2, -2) end) .. '"'
end

local function encoded(members)
  local texts = {}
  for i, member in ipairs(members) do
    local token = quoted(member.token)
    texts[i] = '{"token":' .. token .. ',"expiresAt":' .. string.format('%.0f', member.expires) .. '}'
  end
  return '[' .. table.concat(texts, ',') .. ']'
end

for i, key in ipairs(KEYS) do
  local condition, value, ttl = ARGV[4 * i - 3], ARGV[4 * i - 1], ARGV[4 * i]
  if condition == 'list' then
    local now = tonumber(ttl)
    local members = edited(held(key), cjson.decode(value), now)
    if #members == 0 then
      ttl = '0'
    else
      value, ttl = encoded(members), string.format('%.0f', members[#members].expires - now)
    end
  end
  if ttl == '0' then
    redis.call('DEL', key)
  else
    redis.call('SET', key, value, 'PX', ttl)
  end
end
return 1`)
}
