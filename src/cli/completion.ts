/** `completion SHELL`: what a shell needs to complete commands and options. */
import type { Command } from './command.ts';

/** The words that may follow, by what was typed before: `''` → `user …`, `user` → `create …`. */
type Words = ReadonlyMap<string, readonly string[]>;

/** Made for all commands and for the options of each. */
export function completionCommand(
  commands: () => readonly Command[],
  optionsOf: (command: Command) => readonly (readonly [string, string])[],
): Command {
  return {
    name: 'completion',
    parameters: ['bash|zsh|fish'],
    summary: 'Print what makes that shell complete commands: source it, or put it where the shell looks',
    run({ parameters: [shell = ''], program, out }) {
      const words = wordsOf(commands(), optionsOf);
      if (shell === 'bash') out(bash(program, words));
      else if (shell === 'zsh')
        out(`#compdef ${program}\nautoload -U bashcompinit && bashcompinit\n${bash(program, words)}`);
      else if (shell === 'fish') out(fish(program, words));
      else throw new Error(`"${shell}" is none of bash, zsh, fish`);
      return 0;
    },
  };
}

function wordsOf(
  commands: readonly Command[],
  optionsOf: (command: Command) => readonly (readonly [string, string])[],
): Words {
  const words = new Map<string, Set<string>>();
  const add = (before: string, word: string): void => {
    const set = words.get(before) ?? new Set();
    words.set(before, set.add(word));
  };
  for (const command of commands) {
    const [first = '', second] = command.name.split(' ');
    add('', first);
    if (second !== undefined) add(first, second);
    for (const [option] of optionsOf(command)) add(command.name, option.split(' ')[0] ?? option);
  }
  return new Map([...words].map(([before, set]) => [before, [...set].sort()]));
}

function bash(program: string, words: Words): string {
  const cases = [...words].map(
    ([before, some]) => `    ${before === '' ? "''" : `'${before}'`}) words='${some.join(' ')}' ;;\n`,
  );
  const own = `_${program.replaceAll(/\W/g, '_')}`;
  return `${own}() {
  local before='' word words='' index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in --config | --data) ((index++)) ;; -*) ;; *) before="\${before:+$before }$word" ;; esac
  done
  case $before in
${cases.join('')}  esac
  COMPREPLY=($(compgen -W "$words --config --data --help" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F ${own} ${program}
`;
}

function fish(program: string, words: Words): string {
  const lines = [...words].flatMap(([before, some]) => {
    const seen = before.split(' ').filter((word) => word !== '');
    const condition =
      seen.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ') || '__fish_use_subcommand';
    return some.map((word) =>
      word.startsWith('--')
        ? `complete -c ${program} -n '${condition}' -l ${word.slice(2)}\n`
        : `complete -c ${program} -f -n '${condition}' -a ${word}\n`,
    );
  });
  return lines.join('');
}
