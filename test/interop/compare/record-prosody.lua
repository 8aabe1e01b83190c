-- Run by Lua before Prosody itself (LUA_INIT). Writes to the file in COMPARE_OUT what Prosody makes of its
-- configuration: hosts, modules, ports, and each option that a module asks for, with what it gets.
local out = os.getenv "COMPARE_OUT"
if not out then return end

local options, depth, prepared = {}, 0, false

local function plain(value)
  if type(value) == "function" or type(value) == "userdata" then return nil end
  if value == math.huge then return "inf" end
  if type(value) ~= "table" then return value end
  local items = rawget(value, "_items") or value -- a set is a table of its members
  local list, map, is_list = {}, {}, true
  for key, member in pairs(items) do
    if rawget(value, "_items") then
      list[#list + 1] = key
    else
      if type(key) ~= "number" then is_list = false end
      list[#list + 1], map[tostring(key)] = plain(member), plain(member)
    end
  end
  return is_list and list or map
end

local function write()
  local json, modulemanager = require "util.json", require "core.modulemanager"
  local configmanager, portmanager = require "core.configmanager", require "core.portmanager"
  local hosts, modules, ports = {}, {}, {}
  for name, host in pairs(prosody.hosts) do
    local module = configmanager.get(name, "component_module")
    hosts[#hosts + 1] = { domain = name, kind = host.type == "component" and "component" or "host", module = module }
    modules[name] = {}
    for module in pairs(modulemanager.get_modules(name)) do table.insert(modules[name], module) end
  end
  modules["*"] = {}
  for module in pairs(modulemanager.get_modules("*")) do table.insert(modules["*"], module) end
  for service, interfaces in pairs(portmanager.get_active_services().data) do
    for interface, numbers in pairs(interfaces) do
      for port in pairs(numbers) do ports[#ports + 1] = { service = service, interface = interface, port = port } end
    end
  end
  for host, set in pairs(configmanager.getconfig()) do
    for option, value in pairs(set) do
      table.insert(options, { host = host, option = option, value = plain(value) })
    end
  end
  local file = assert(io.open(out .. ".new", "w"))
  file:write(json.encode({ hosts = hosts, modules = modules, ports = ports, options = options }))
  file:close()
  assert(os.rename(out .. ".new", out))
end

local function watch(api)
  for name, ask in pairs(api) do
    if type(name) == "string" and name:match "^get_option" then
      api[name] = function(self, option, ...)
        if not prepared then
          prepared = true
          prosody.events.add_handler("server-started", write, -1000)
        end
        depth = depth + 1
        local value = ask(self, option, ...)
        depth = depth - 1
        if depth == 0 then
          table.insert(options, { host = self.host, module = self.name, option = option, value = plain(value) })
        end
        return value
      end
    end
  end
end

local load = require
function require(name)
  local known = package.loaded[name] ~= nil
  local module = load(name)
  if not known and name:match "core%.moduleapi$" then watch(module) end
  return module
end
