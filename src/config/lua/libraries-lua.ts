/** The few libraries that configurations of public images require, in Lua. */

/**
 * A program that sets `libraries`: by the name of a library (without `prosody.`) a function that makes it. The function
 * is given what asks the machine, what splits a text into lines, and what reports a mistake.
 */
export const LIBRARIES = String.raw`
libraries = {}

function libraries.stringy()
  local stringy = {}
  function stringy.split(text, separator)
    local list, from = {}, 1
    while true do
      local first, final = text:find(separator, from, true)
      if not first or final < first then list[#list + 1] = text:sub(from) return list end
      list[#list + 1] = text:sub(from, first - 1)
      from = final + 1
    end
  end
  function stringy.strip(text) return (text:match("^%s*(.-)%s*$")) end
  function stringy.startswith(text, head) return text:sub(1, #head) == head end
  function stringy.endswith(text, tail) return tail == "" or text:sub(-#tail) == tail end
  function stringy.find(text, part, from) return (text:find(part, from or 1, true)) end
  function stringy.count(text, part)
    local count, from = 0, 1
    while part ~= "" do
      local first, final = text:find(part, from, true)
      if not first then break end
      count, from = count + 1, final + 1
    end
    return count
  end
  return stringy
end

libraries["util.array"] = function()
  local array = { map = nil }
  local methods = {}
  local meta = { __index = methods }
  local function new(list) return setmetatable(list or {}, meta) end
  function methods.map(self, act)
    local out = new()
    for index, value in ipairs(self) do out[index] = act(value) end
    return out
  end
  function methods.filter(self, test)
    local out = new()
    for _, value in ipairs(self) do if test(value) then out[#out + 1] = value end end
    return out
  end
  function methods.push(self, value) self[#self + 1] = value return self end
  function methods.append(self, other)
    for _, value in ipairs(other) do self[#self + 1] = value end
    return self
  end
  function methods.contains(self, wanted)
    for _, value in ipairs(self) do if value == wanted then return true end end
    return false
  end
  methods.sort = function(self, before) table.sort(self, before) return self end
  methods.concat = function(self, between) return table.concat(self, between) end
  for name, act in pairs(methods) do array[name] = act end
  function array.collect(step, state, at)
    local out = new()
    for value in step, state, at do out[#out + 1] = value end
    return out
  end
  return setmetatable(array, { __call = function(_, list) return new(list) end })
end

libraries["util.set"] = function()
  local methods, meta = {}, {}
  local function new(list)
    local self = setmetatable({ _items = {} }, meta)
    for _, value in ipairs(list or {}) do self._items[value] = true end
    return self
  end
  meta.__index = methods
  meta.__call = function(self) return next, self._items, nil end
  function methods.add(self, value) self._items[value] = true end
  function methods.remove(self, value) self._items[value] = nil end
  function methods.contains(self, value) return self._items[value] == true end
  function methods.empty(self) return next(self._items) == nil end
  function methods.items(self) return next, self._items, nil end
  function methods.add_list(self, list) for _, value in ipairs(list) do self:add(value) end end
  function methods.include(self, other) for value in other:items() do self:add(value) end end
  local function merged(a, b, keep)
    local out = new()
    for value in a:items() do if keep(value, a, b) then out:add(value) end end
    for value in b:items() do if keep(value, a, b) then out:add(value) end end
    return out
  end
  local set = {
    new = new,
    union = function(a, b) return merged(a, b, function() return true end) end,
    intersection = function(a, b)
      return merged(a, b, function(value) return a:contains(value) and b:contains(value) end)
    end,
    difference = function(a, b)
      return merged(a, b, function(value) return a:contains(value) and not b:contains(value) end)
    end,
  }
  meta.__add, meta.__div, meta.__sub = set.union, set.intersection, set.difference
  return set
end

libraries["util.json"] = function(_, _, fail)
  local json, null = {}, setmetatable({}, { __tostring = function() return "null" end })
  json.null = null
  local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/" }
  function json.encode(value)
    local kind = type(value)
    if value == null or value == nil then return "null" end
    if kind == "string" then
      return '"' .. value:gsub('[%c"\\]', function(char) return ("\\u%04x"):format(char:byte()) end) .. '"'
    end
    if kind ~= "table" then return tostring(value) end
    local parts = {}
    if #value > 0 then
      for index, item in ipairs(value) do parts[index] = json.encode(item) end
      return "[" .. table.concat(parts, ",") .. "]"
    end
    for key, item in pairs(value) do parts[#parts + 1] = json.encode(tostring(key)) .. ":" .. json.encode(item) end
    return "{" .. table.concat(parts, ",") .. "}"
  end
  function json.decode(text)
    local at = 1
    local value
    local function bad() error("this is no JSON, at character " .. at, 0) end
    local function skip() at = text:find("[^ \t\r\n]", at) or #text + 1 end
    local function accept(char)
      skip()
      if text:sub(at, at) ~= char then return false end
      at = at + 1
      return true
    end
    local function string()
      local out = {}
      while true do
        local plain, stop = text:match('^([^"\\]*)(["\\])', at)
        if not plain then bad() end
        out[#out + 1], at = plain, at + #plain + 1
        if stop == '"' then return table.concat(out) end
        local hex = text:match("^u(%x%x%x%x)", at)
        local char = hex and utf8.char(tonumber(hex, 16)) or escapes[text:sub(at, at)]
        if not char then bad() end
        out[#out + 1], at = char, at + (hex and 5 or 1)
      end
    end
    function value()
      if accept('"') then return string() end
      if accept("[") then
        local list = {}
        if accept("]") then return list end
        repeat list[#list + 1] = value() until not accept(",")
        if not accept("]") then bad() end
        return list
      end
      if accept("{") then
        local map = {}
        if accept("}") then return map end
        repeat
          if not accept('"') then bad() end
          local key = string()
          if not accept(":") then bad() end
          map[key] = value()
        until not accept(",")
        if not accept("}") then bad() end
        return map
      end
      local word = text:match("^[%w%.+-]+", at) or bad()
      at = at + #word
      if word == "true" then return true elseif word == "false" then return false elseif word == "null" then return null end
      return tonumber(word) or bad()
    end
    local fine, result = pcall(function()
      local all = value()
      skip()
      if at <= #text then bad() end
      return all
    end)
    if fine then return result end
    return nil, result
  end
  return json
end
libraries.json = libraries["util.json"]

function libraries.lfs(ask, lines)
  local lfs = {}
  function lfs.attributes(path, wanted)
    local found, reason = ask("stat", path)
    if not found then return nil, reason end
    local mode, size = found:match("^(%a+) (%d+)$")
    local all = { mode = mode, size = tonumber(size) }
    if type(wanted) == "string" then return all[wanted] end
    return all
  end
  function lfs.dir(path)
    local found, reason = ask("list", path)
    if not found then error(reason, 2) end
    local list, index = lines(found), 0
    return function() index = index + 1 return list[index] end
  end
  function lfs.currentdir() return (ask("folder")) end
  return lfs
end

libraries["util.pposix"] = function(ask, lines)
  return {
    uname = function()
      local parts = lines((ask("uname")))
      return { sysname = parts[1], nodename = parts[2], release = parts[3], machine = parts[4], domainname = "" }
    end,
  }
end
libraries.pposix = libraries["util.pposix"]

function libraries.socket() return { gettime = os.time, sleep = function() end } end
`;
