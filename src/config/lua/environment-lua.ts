/** The surroundings of a configuration in Lua, themselves in Lua: sections, options, `Include`, what may be called. */

/**
 * A program that runs the configuration and returns a `LuaResult` as JSON. It finds the functions of `outside` as
 * `outside_NAME`, the path of the configuration as `configuration`, and what may be required as `libraries`. Files are
 * known to Lua by number, `#1` is the first: long names would be cut in its messages.
 */
export const ENVIRONMENT = String.raw`
local outside, libraries, configuration = {}, libraries, configuration
for name, value in pairs(_G) do
  local own = name:match("^outside_(.+)$")
  if own then outside[own] = value end
end
local getinfo, sethook, load, next = debug.getinfo, debug.sethook, load, next
local global = { kind = "global", name = "*", module = "", options = {}, order = {} }
local sections, by_name = { global }, {}
local current = global
local warnings = {}
local files, depth = 0, 0
local unset, last = {}, nil -- names that were read and have no value

-- Where the configuration is: the nearest frame that is its own.
local function place(level)
  for frame = level + 1, level + 100 do
    local info = getinfo(frame, "Sl")
    if not info then break end
    if info.currentline > 0 and info.source:find("^=#%d+$") then return info.source:sub(2) .. ":" .. info.currentline end
  end
  return "#1:1"
end

local function fail(message) error(place(2) .. ": " .. message, 0) end
local function warn(id, message, at) warnings[#warnings + 1] = { id = id, at = at, text = message } end

-- Ask the machine; nil where there is no such thing.
local function ask(what, argument)
  local answer = outside[what](argument or "")
  local sign = answer:sub(1, 1)
  if sign == "+" then return answer:sub(2) end
  if sign == "-" then return nil, answer:sub(2) end
  return nil
end

local function text(value, what)
  if type(value) ~= "string" then fail(what .. " takes a text, not " .. type(value)) end
  return value
end

local function must(what, argument)
  local answer, reason = ask(what, argument)
  if not answer then fail(reason or (tostring(argument) .. " is not there")) end
  return answer
end

local function lines(all)
  local list = {}
  for line in all:gmatch("([^\n]*)\n?") do list[#list + 1] = line end
  return all == "" and {} or list
end

local function getenv(name)
  local value, reason = ask("getenv", text(name, "os.getenv"))
  if reason then fail(reason) end
  return value
end

-- Keys in an order that is the same in every run.
local function keys(list)
  local all = {}
  for key in next, list do all[#all + 1] = key end
  table.sort(all, function(a, b) return tostring(a) < tostring(b) end)
  return all
end

local function set(section, name, value, at)
  if type(name) ~= "string" then fail("the name of an option must be a text") end
  if value == nil or type(value) == "table" then
    for _, one in ipairs(unset) do warn("value-missing", one.name .. " has no value here: are quotes missing around it?", one.at) end
  end
  unset, last = {}, nil
  local before = section.options[name]
  if value == nil then section.options[name] = nil return end
  if before and not before.read then warn("option-twice", name .. " was set at " .. before.at .. " already; this one counts", at) end
  if not before then section.order[#section.order + 1] = name end
  section.options[name] = { value = value, at = at }
end

local function append(name, more)
  local old = current.options[name] or global.options[name]
  local list = {}
  local function add(value)
    if type(value) ~= "table" then list[#list + 1] = value return end
    for key, item in next, value do
      if math.type(key) ~= "integer" then list[key] = item end
    end
    for _, item in ipairs(value) do list[#list + 1] = item end
  end
  if old then old.read = true add(old.value) end
  add(more)
  set(current, name, list, place(2))
end

local methods = { append = true, value = true, values = true }
local function method(name, key)
  if key == "append" then return function(_, more) append(name, more) end end
  if key == "value" then return function(self) return self end end
  return function(self)
    local index = 0
    return function() index = index + 1 return (self or {})[index] end
  end
end

-- An option that is a table can be read as one, appended to by calling it, and by its methods.
local function readable(name, value)
  if type(value) == "table" and getmetatable(value) == nil then
    setmetatable(value, {
      __index = function(_, key) if methods[key] then return method(name, key) end end,
      __call = function(_, more) append(name, more) end,
    })
  end
  return value
end

-- So can one that has no value yet.
debug.setmetatable(nil, {
  __index = function(_, key)
    if last and methods[key] and last.at == place(1) then unset[#unset] = nil return method(last.name, key) end
    fail("attempt to index a nil value (" .. (last and "'" .. last.name .. "' has no value; " or "") .. "field '" .. tostring(key) .. "')")
  end,
  __call = function(_, more)
    if last and last.at == place(1) and more ~= nil then unset[#unset] = nil return append(last.name, more) end
    fail("attempt to call a nil value" .. (last and " ('" .. last.name .. "' is neither an option nor a function)" or ""))
  end,
})

local function open(kind, name, what)
  name = text(name, what)
  local section = by_name[name]
  if section and section.kind ~= kind then
    fail(name .. " is a " .. section.kind .. " already, at " .. section.at)
  elseif not section then
    section = { kind = kind, name = name, module = "", at = place(2), options = {}, order = {} }
    by_name[name], sections[#sections + 1] = section, section
  end
  current = section
  return section
end

local function table_for(section)
  return function(options)
    if type(options) ~= "table" then fail("after " .. section.name .. " expected { option = value }") end
    for _, name in ipairs(keys(options)) do set(section, name, options[name], place(1)) end
    current = global
  end
end

local builtins = {}
function builtins.VirtualHost(name) return table_for(open("host", name, "VirtualHost")) end
builtins.Host, builtins.host = builtins.VirtualHost, builtins.VirtualHost
function builtins.Component(name)
  local section = open("component", name, "Component")
  local with_table = table_for(section)
  return function(module)
    if type(module) == "table" then return with_table(module) end
    section.module = text(module, "Component")
    return with_table
  end
end
builtins.component = builtins.Component

local env = {}
local function run(path)
  if depth > 20 then fail("files include each other without end") end
  local source = must("run", path)
  files = files + 1
  local chunk, reason = load(source, "=#" .. files, "t", env)
  if not chunk then error(reason, 0) end
  depth = depth + 1
  local values = table.pack(chunk())
  depth = depth - 1
  return table.unpack(values, 1, values.n)
end

function builtins.Include(path)
  text(path, "Include")
  local before = current
  local found = path:find("[*?]") and lines(must("glob", path)) or { path }
  for _, one in ipairs(found) do current = global run(one) end
  current = before
end
function builtins.RunScript(path) return run(text(path, "RunScript")) end
function builtins.FileContents(path) return must("read", text(path, "FileContents")) end
function builtins.FileLine(path) return lines(must("read", text(path, "FileLine")))[1] end
function builtins.FileLines(path) return lines(must("read", text(path, "FileLines"))) end
function builtins.Credential(name) return must("credential", text(name, "Credential")) end

-- What may be used of Lua.
local function closed(name, own)
  return setmetatable(own or {}, {
    __index = function(_, key) fail(name .. "." .. tostring(key) .. " cannot be used in a configuration") end,
  })
end
local function copy(library)
  local own = {}
  for key, value in next, library do own[key] = value end
  return own
end
local lua = {}
for _, name in ipairs { "assert", "error", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset",
  "select", "setmetatable", "getmetatable", "tonumber", "tostring", "type", "xpcall" } do lua[name] = _G[name] end
for _, name in ipairs { "string", "table", "math", "utf8", "coroutine" } do lua[name] = copy(_G[name]) end
lua.unpack, lua._VERSION = table.unpack, _VERSION
lua.os = closed("os", { time = os.time, date = os.date, clock = os.clock, difftime = os.difftime, getenv = getenv })
lua.io, lua.debug, lua.package = closed "io", closed "debug", closed "package"
for _, name in ipairs { "load", "loadstring", "loadfile", "dofile", "collectgarbage" } do
  lua[name] = function() fail(name .. " cannot be used in a configuration") end
end
function lua.print() end
-- What is done for a server that starts, such as waiting for files, is not done for those who only ask.
lua.prosody = { process_type = "prosodyctl", config_loaded = false }
local required = {}
function lua.require(name)
  local short = text(name, "require"):gsub("^prosody%.", "")
  if required[short] == nil then
    local make = libraries[short]
    if not make then fail("module \"" .. name .. "\" cannot be required by a configuration") end
    required[short] = make(ask, lines, fail)
  end
  return required[short]
end
lua.Lua, lua._G = lua, env

setmetatable(env, {
  __metatable = false,
  __newindex = function(_, name, value) set(current, name, value, place(1)) end,
  __index = function(_, name)
    if builtins[name] ~= nil then return builtins[name] end
    local option = current.options[name] or global.options[name]
    if option then option.read = true return readable(name, option.value) end
    if type(name) == "string" and name:find("^ENV_.") then return getenv(name:sub(5)) end
    if name ~= "debug" and lua[name] ~= nil then return lua[name] end
    last = { name = tostring(name), at = place(1) }
    unset[#unset + 1] = last
  end,
})

local function quote(value, at)
  if not utf8.len(value) then error(at .. ": a text is not UTF-8", 0) end
  return '"' .. value:gsub('[%c"\\]', function(char) return ("\\u%04x"):format(char:byte()) end) .. '"'
end

local function json(value, at, within)
  local kind = type(value)
  if kind == "string" then return quote(value, at) end
  if kind == "boolean" then return tostring(value) end
  if kind == "number" then
    if value ~= value then return "null" end
    if value == math.huge or value == -math.huge then return value > 0 and "1e999" or "-1e999" end
    return math.tointeger(value) and ("%d"):format(math.tointeger(value)) or ("%.17g"):format(value)
  end
  if kind ~= "table" then return "null" end
  if #within > 50 then error(at .. ": tables are nested too deeply", 0) end
  within[#within + 1] = value
  local parts, count = {}, 0
  for _ in next, value do count = count + 1 end
  local list = count == rawlen(value)
  if list then
    for index = 1, count do parts[index] = json(rawget(value, index), at, within) end
  else
    for _, key in ipairs(keys(value)) do
      if type(key) == "string" or type(key) == "number" then
        parts[#parts + 1] = quote(tostring(key), at) .. ":" .. json(rawget(value, key), at, within)
      end
    end
  end
  within[#within] = nil
  local all = table.concat(parts, ",")
  return list and "[" .. all .. "]" or "{" .. all .. "}"
end

local function options_of(section)
  local parts, done = {}, {}
  for _, name in ipairs(section.order) do
    local option = section.options[name]
    if option and not done[name] and type(option.value) ~= "function" then
      done[name] = true
      parts[#parts + 1] = ('{"name":%s,"value":%s,"at":"%s","read":%s}'):format(
        quote(name, option.at), json(option.value, option.at, {}), option.at, tostring(option.read == true))
    end
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function show(problem)
  local message = type(problem) == "string" and problem or "an error was raised that is no text"
  return message:find("^#%d+:%d+:") and message or place(1) .. ": " .. message
end

local looks = 0
local function look()
  local info = getinfo(2, "Sl")
  local number = info and info.source:match("^=#(%d+)$")
  if number then outside.at(math.tointeger(tonumber(number)), info.currentline) end
  looks = looks + 1
  if looks == 500 then sethook(look, "", 1000) end -- every line would be slow in a long loop
end
sethook(look, "l")
local fine, problem = xpcall(run, show, configuration)
sethook()
if not fine then error(problem, 0) end

local all, notes = {}, {}
for index, section in ipairs(sections) do
  all[index] = ('{"kind":"%s","name":%s,"module":%s,"at":"%s","options":%s}'):format(
    section.kind, quote(section.name, section.at or "#1:1"), quote(section.module, section.at or "#1:1"),
    section.at or "#1:1", options_of(section))
end
for index, warning in ipairs(warnings) do
  notes[index] = ('{"id":"%s","at":"%s","text":%s}'):format(warning.id, warning.at, quote(warning.text, "#1:1"))
end
return '{"sections":[' .. table.concat(all, ",") .. '],"warnings":[' .. table.concat(notes, ",") .. "]}"
`;
