/**
 * Reads interfaces and classes from source text: names and types of their members, and what the comments say of them.
 *
 * TypeScript 7 has no stable API for that. This reads lines as prettier lays them out (which `npm run check` holds):
 * members stand two spaces deeper than their declaration, whatever stands deeper still belongs to them. A line that
 * cannot be read is an error, so that nothing is left out in silence.
 */

/** A member: a property, an accessor or a method. */
export interface Member {
  /** `user`; `drop()` of a method. */
  readonly name: string;
  readonly type: string;
  /** Text of its doc comment, up to the first tag; may be empty. */
  readonly doc: string;
}

/** An interface or a class. */
export interface Declaration {
  readonly name: string;
  /** Where it stands, from the root of the repository. */
  readonly path: string;
  readonly doc: string;
  /** What it extends. */
  readonly bases: readonly string[];
  /** Those that others can see, in the order of the source. */
  readonly members: readonly Member[];
}

/** A source file. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/**
 * The declaration of that name, or `undefined` if the file has none at its top level.
 * @throws {Error} on a line that cannot be read
 */
export function declarationIn(source: Source, name: string): Declaration | undefined {
  return declarations(source, name, '')[0];
}

/**
 * What `declare module` blocks of a file add to the interface of that name.
 * @throws {Error} on a line that cannot be read, and where the file mentions such an interface in another place
 */
export function augmentationsIn(source: Source, name: string): readonly Declaration[] {
  const blocks = source.text.match(/^declare module '[^']+' \{\n[^]*?^\}$/gm) ?? [];
  const found = blocks.flatMap((text) => declarations({ path: source.path, text }, name, '  '));
  const mentioned = source.text.match(new RegExp(`\\binterface ${name}\\b`, 'g'))?.length ?? 0;
  const own = declarations(source, name, '').length;
  if (found.length + own !== mentioned) throw new Error(`${source.path}: cannot read every "interface ${name}"`);
  return found;
}

/** The file that a file imports a name from, relative to it; `undefined` if it imports no such name. */
export function importOf({ text }: Source, name: string): string | undefined {
  for (const [, names = '', from] of text.matchAll(/^import (?:type )?\{([^}]+)\} from '([^']+)';$/gm)) {
    if (names.split(',').some((each) => each.trim().replace(/^type /, '') === name)) return from;
  }
  return undefined;
}

function declarations({ path, text }: Source, name: string, indent: string): Declaration[] {
  const head = new RegExp(
    `^${indent}(?:export )?(?:interface|class) ${name}(?:<.+?>)?(?: extends ([^{]+?))?(?: implements [^{]+)? \\{(\\}?)$`,
    'gm',
  );
  return Array.from(text.matchAll(head), ({ 1: bases = '', 2: empty, 0: matched, index }) => {
    const body = empty === '}' ? '' : text.slice(index + matched.length + 1);
    return {
      name,
      path,
      doc: docText(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*$/.exec(text.slice(0, index))?.[1] ?? ''),
      bases: bases === '' ? [] : bases.split(',').map((base) => base.trim()),
      members: membersOf(body, `${indent}  `, path),
    };
  });
}

/** The members in a text that starts with the first line of a body and may go on behind its end. */
function membersOf(body: string, indent: string, path: string): Member[] {
  const members: Member[] = [];
  let doc = '';
  let lines: string[] = [];
  const finish = (): void => {
    const read = lines.length === 0 ? undefined : member(lines.join('\n'), doc, path);
    if (read !== undefined) members.push(read);
    if (lines.length > 0) doc = '';
    lines = [];
  };
  for (const { line, comment } of linesOf(body)) {
    const depth = line.length - line.trimStart().length;
    if (line !== '' && depth < indent.length) break;
    if (line === '') continue;
    const starts = depth === indent.length && !/^[\])}>]/.test(line.trimStart());
    if (!starts) {
      lines.push(line.trim());
      continue;
    }
    finish();
    if (comment) doc = line.trim().startsWith('/**') ? docText(line.trim().slice(3, -2)) : doc;
    else lines.push(line.trim());
  }
  finish();
  return members;
}

/** Lines, except that a comment at the start of a line is one, with its line breaks. */
function* linesOf(text: string): Generator<{ readonly line: string; readonly comment: boolean }> {
  const pattern = /^( *(?:\/\*(?:(?!\*\/)[^])*\*\/|\/\/.*))$|^.*$/gm;
  for (const { 0: line, 1: comment } of text.matchAll(pattern)) yield { line, comment: comment !== undefined };
}

/** One member, or `undefined` for what only the class itself sees. */
function member(source: string, doc: string, path: string): Member | undefined {
  const text = source.replaceAll('\n', ' ');
  if (/^(?:(?:readonly |async |get |set |\*)*#|private |static |constructor\()/.test(text)) return undefined;
  const property = /^(?:readonly )?(?:'([^']+)'|(\w+))(\?)?: ([^=]*(?:=>[^=]*)*?)(?: = .*)?;$/.exec(text);
  if (property !== null) {
    const [, quoted, plain = '', optional = '', type = ''] = property;
    return { name: (quoted ?? plain) + optional, type: type.replace(/^\| /, ''), doc };
  }
  const getter = /^get (\w+)\(\): (.+?) \{/.exec(text);
  if (getter !== null) return { name: getter[1] ?? '', type: getter[2] ?? '', doc };
  const method = /^(?:async )?(\w+(?:<.+?>)?\(.*?\)): ([^{]+?)(?:;$| \{)/.exec(text);
  if (method !== null) return { name: method[1] ?? '', type: method[2] ?? '', doc };
  throw new Error(`${path}: cannot read the member "${text}"`);
}

/** The words of a doc comment, without stars and line breaks, up to the first tag. */
function docText(inside: string): string {
  const words = inside
    .split('\n')
    .map((line) => line.trim().replace(/^\*(?: |$)/, ''))
    .join('\n');
  return (/^[^]*?(?=^@|(?![^]))/m.exec(words)?.[0] ?? '').trim().replaceAll(/\s*\n\s*/g, ' ');
}
