import { SaxesParser } from 'saxes';
import { expect, test } from 'vitest';
import { doap } from './doap.ts';
import { allModules } from './manifests.ts';
import { sample } from './sample.ts';

const DOAP = 'http://usefulinc.com/ns/doap#';
const XMPP = 'https://linkmauve.fr/ns/xmpp-doap#';
const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const project = { name: 'Name', description: 'Fast & <safe> "server"', license: 'MIT' };

/** Every element as its path of expanded names, with its `rdf:resource` or its text. */
function elements(xml: string): { readonly path: string; readonly value: string }[] {
  const found: { path: string; value: string }[] = [];
  const open: { path: string; value: string }[] = [];
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    const resource = Object.values(attributes).find((each) => each.uri === RDF && each.local === 'resource');
    const element = { path: `${open.at(-1)?.path ?? ''}/{${uri}}${local}`, value: resource?.value ?? '' };
    found.push(element);
    open.push(element);
  });
  parser.on('text', (text) => {
    const element = open.at(-1);
    if (element !== undefined) element.value += text.trim();
  });
  parser.on('closetag', () => open.pop());
  parser.write(xml).close();
  return found;
}

const PROJECT = `/{${RDF}}RDF/{${DOAP}}Project`;
const SUPPORTED = `${PROJECT}/{${DOAP}}implements/{${XMPP}}SupportedXep`;

test('says of each specification what the modules say', async () => {
  const modules = await allModules();
  const read = elements(doap(project, modules)).filter(({ path }) => path.startsWith(`${SUPPORTED}/`));
  const supported = read.map(({ path, value }) => `${path.slice(SUPPORTED.length)} ${value}`).join('\n');
  const byXep = Map.groupBy(
    modules.flatMap(({ xeps }) => xeps),
    ({ xep }) => xep,
  );
  const wanted = [...byXep]
    .toSorted(([a], [b]) => a - b)
    .map(([xep, [first, ...others]]) => ({
      xep,
      version: first?.version,
      note: first?.note === undefined ? undefined : [first, ...others].map(({ note }) => note).join('; '),
    }))
    .flatMap(({ xep, version, note }) => [
      `/{${XMPP}}xep https://xmpp.org/extensions/xep-${String(xep).padStart(4, '0')}.html`,
      `/{${XMPP}}status ${note === undefined ? 'complete' : 'partial'}`,
      `/{${XMPP}}version ${version}`,
      ...(note === undefined ? [] : [`/{${XMPP}}note ${note}`]),
    ]);
  expect(supported).toBe(wanted.join('\n'));
  expect(wanted.length).toBeGreaterThan(20);
});

test('any text stays text', () => {
  const note = 'without </xmpp:note> & "co"';
  const read = elements(doap(project, [sample('a', { xeps: [{ xep: 30, version: '1', note }] })]));
  expect(read).toContainEqual({ path: `${PROJECT}/{${DOAP}}shortdesc`, value: project.description });
  expect(read).toContainEqual({ path: `${PROJECT}/{${DOAP}}license`, value: 'https://spdx.org/licenses/MIT' });
  expect(read).toContainEqual({ path: `${SUPPORTED}/{${XMPP}}note`, value: note });
});
