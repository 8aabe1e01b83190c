/** `completion SHELL`: what a shell needs to complete commands and options. */
import type { Command } from './command.ts';

const SHELLS: readonly string[] = ['bash', 'zsh', 'fish'];

/** Options whose value is a file or folder. */
const WITH_PATH: readonly string[] = ['--config', '--data', '--password-file'];

/** The words and options that may follow, by what was typed before: `''` → `user …`, `user` → `create …`. */
type Words = ReadonlyMap<string, readonly string[]>;

/** Made for all commands and for the options of each. */
export function completionCommand(
  commands: () => readonly Command[],
  optionsOf: (command: Command) => readonly (readonly [string, string])[],
): Command {
  return {
    name: 'completion',
    parameters: [SHELLS.join('|')],
    choices: SHELLS,
    summary: 'Print what makes that shell complete commands: source it, or put it where the shell looks',
    run({ parameters: [shell = ''], program, out }) {
      const words = wordsOf(commands(), optionsOf);
      if (shell === 'bash') out(bash(program, words));
      else if (shell === 'zsh')
        out(`#compdef ${program}\nautoload -U bashcompinit && bashcompinit\n${bash(program, words)}`);
      else if (shell === 'fish') out(fish(program, words));
      else throw new Error(`"${shell}" is none of ${SHELLS.join(', ')}`);
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
    if (second !== undefined) {
      add(first, second);
      add('help', first);
    }
    for (const choice of command.choices ?? []) add(command.name, choice);
    for (const [option] of optionsOf(command)) add(command.name, option.split(' ')[0] ?? option);
  }
  return new Map([...words].map(([before, set]) => [before, [...set].sort()]));
}

function bash(program: string, words: Words): string {
  const cases = [...words].map(([before, some]) => {
    const [options, names] = [
      some.filter((word) => word.startsWith('-')),
      some.filter((word) => !word.startsWith('-')),
    ];
    return `    ${before === '' ? "''" : `'${before}'`}) words='${names.join(' ')}' options='${options.join(' ')}' ;;\n`;
  });
  const own = `_${program.replaceAll(/\W/g, '_')}`;
  return `${own}() {
  local before='' word words='' options='' index
  case \${COMP_WORDS[COMP_CWORD - 1]} in ${WITH_PATH.join(' | ')}) return ;; esac
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    case $word in ${WITH_PATH.join(' | ')}) ((index++)) ;; -*) ;; *) before="\${before:+$before }$word" ;; esac
  done
  case $before in
${cases.join('')}  esac
  word=\${COMP_WORDS[COMP_CWORD]}
  [[ $word == -* ]] && words="$options --config --data --help"
  COMPREPLY=($(compgen -W "$words" -- "$word"))
}
complete -o default -F ${own} ${program}
`;
}

function fish(program: string, words: Words): string {
  const own = `__${program.replaceAll(/\W/g, '_')}_words`;
  const lines = [...words].flatMap(([before, some]) => {
    const names = some.filter((word) => !word.startsWith('-'));
    const here = `complete -c ${program} -n 'test (${own}) = "${before}"'`;
    return [
      ...(names.length === 0 ? [] : [`${here} -f -a '${names.join(' ')}'\n`]),
      ...some.filter((word) => word.startsWith('-')).map((word) => `${here} -l ${word.slice(2)}\n`),
    ];
  });
  return `function ${own}
  set -l seen
  set -l skip 0
  for word in (commandline -opc)[2..-1]
    if test $skip = 1
      set skip 0
    else
      switch $word
        case ${WITH_PATH.join(' ')}
          set skip 1
        case '-*'
        case '*'
          set -a seen $word
      end
    end
  end
  echo "$seen"
end
complete -c ${program} -l config -rF
complete -c ${program} -l data -rF
complete -c ${program} -l help
${lines.join('')}`;
}
