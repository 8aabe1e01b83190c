import { describe, expect, it, vi } from 'vitest';
import { InternTable } from './intern.ts';

function get(table: InternTable, text: string): string {
  const bytes = Buffer.from(`<${text}>`);
  return table.get(bytes, 1, bytes.length - 1);
}

describe('InternTable', () => {
  it('gives the text of any bytes, whatever shares their slot', () => {
    const table = new InternTable(2, 16);
    const texts = ['to', 'ot', 'a', 'b', 'c', 'é', '名前', 'x'.repeat(16), 'x'.repeat(17), 'y'.repeat(300), 'to'];
    for (let round = 0; round < 3; round++) for (const text of texts) expect(get(table, text)).toBe(text);
  });

  it('tells texts apart that differ anywhere', () => {
    const table = new InternTable(1, 64);
    const text = 'abcdefghijklmnopqrstuvwxyz';
    for (let k = 0; k < text.length; k++) {
      const other = `${text.slice(0, k)}!${text.slice(k + 1)}`;
      expect(get(table, text)).toBe(text);
      expect(get(table, other)).toBe(other);
      expect(get(table, text)).toBe(text);
      expect(get(table, text.slice(0, k + 1))).toBe(text.slice(0, k + 1));
    }
  });

  it('allocates nothing for what it has', () => {
    const texts = Array.from({ length: 200 }, (_, n) => `user${n}@example.org`);
    const inputs = texts.map((text) => Buffer.from(text));
    const table = new InternTable(2048, 64);
    const decode = vi.spyOn(Buffer.prototype, 'toString');
    for (const bytes of inputs) table.get(bytes, 0, bytes.length);
    expect(decode).toHaveBeenCalledTimes(200);
    for (const bytes of inputs) table.get(bytes, 0, bytes.length);
    const again = decode.mock.calls.length - 200;
    decode.mockRestore();
    expect(again).toBeLessThan(60); // those that share a slot
  });

  it('S123: keeps no more than it has slots', () => {
    const inputs = Array.from({ length: 1000 }, (_, n) => Buffer.from(`n${n}`));
    const table = new InternTable(8, 16);
    for (const bytes of inputs) table.get(bytes, 0, bytes.length);
    const decode = vi.spyOn(Buffer.prototype, 'toString');
    for (const bytes of [...inputs].reverse()) table.get(bytes, 0, bytes.length);
    const again = decode.mock.calls.length;
    decode.mockRestore();
    expect(again).toBeGreaterThanOrEqual(992);
  });
});
