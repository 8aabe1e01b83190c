/** Where an option of a host was set. */
import { OPTION_ALIASES } from '../../config/prosody-options.ts';
import type { RawConfig, Setting, Settings } from '../../config/raw-config.ts';

/**
 * `file:line` of an option, under its own name or one of before; that of the host comes first.
 * @param path into the value
 */
export function placeOf(
  raw: RawConfig | undefined,
  domain: string | undefined,
  option: string,
  path: readonly PropertyKey[] = [],
): string | undefined {
  const host = raw?.hosts.find((one) => one.domain === domain);
  return (find(host?.settings, option) ?? find(raw?.settings, option))?.within(path);
}

function find(settings: Settings | undefined, option: string): Setting | undefined {
  const direct = settings?.get(option);
  if (direct !== undefined || settings === undefined) return direct;
  for (const [name, setting] of settings) if (OPTION_ALIASES.get(name) === option) return setting;
  return undefined;
}
