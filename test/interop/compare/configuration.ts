/** The configuration that both servers are started from. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeSelfSigned } from '../../../src/net/tls/self-signed.ts';
import { freePort } from '../../support/ports.ts';

/** The host, and a second one with options of its own. */
const HOSTS = ['one.example', 'two.example'] as const;

/** Where data is, by the environment: nothing else is different for both. */
export const DATA_VARIABLE = 'COMPARE_DATA';

/** Write it, and a certificate. @returns the path */
export async function writeConfiguration(folder: string): Promise<string> {
  const [c2s, direct, s2s, http, component, proxy] = await Promise.all(Array.from({ length: 6 }, () => freePort()));
  for (const host of HOSTS) {
    const { certificate, key } = await makeSelfSigned(host, Date.now());
    writeFileSync(join(folder, `${host}.crt`), certificate);
    writeFileSync(join(folder, `${host}.key`), key, { mode: 0o600 });
  }
  const file = join(folder, 'prosody.cfg.lua');
  writeFileSync(
    file,
    `-- Settings of the whole server
run_as_root = true
local data = ENV_${DATA_VARIABLE}
data_path = data
pidfile = data .. "/server.pid"
log = { info = data .. "/server.log" }
certificates = ${JSON.stringify(folder)}
interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }; c2s_direct_tls_ports = { ${direct} }
s2s_ports = { ${s2s} }; http_ports = { ${http} }; https_ports = {}
component_ports = { ${component} }; proxy65_ports = { ${proxy} }
admins = { "admin@one.example" }
authentication = "internal_hashed"
storage = "internal"

modules_enabled = {
  "roster"; "saslauth"; "tls"; "disco"; "dialback"; "blocklist"; "carbons"; "private"; "smacks"; "vcard";
  "mam"; "register"; "ping"; "time"; "uptime"; "version"; "lastactivity"; "announce"; "motd"; "welcome";
  "admin_adhoc"; "admin_shell"; "csi_simple"; "limits"; "bosh";
}
modules_disabled = { "time" }

c2s_timeout = 120
c2s_stanza_size_limit = 1024 * 100
limits = { c2s = { rate = "10kb/s"; burst = "2s" } }
archive_expires_after = "1w"
smacks_hibernation_time = 600
allow_registration = true
registration_throttle_max = 3
motd_text = "Hello"

VirtualHost "one.example"
  welcome_message = "Welcome, $username"
  disco_items = { { "elsewhere.example", "Elsewhere" } }

VirtualHost "two.example"
  archive_expires_after = "2d"
  modules_disabled = { "mam" }
  allow_registration = "false"

VirtualHost "off.example" { enabled = false }

Component "rooms.one.example" "muc"
  name = "Rooms"
Component "proxy.one.example" "proxy65"
Component "gateway.one.example"
  component_secret = "secret of the gateway"
`,
  );
  return file;
}
