import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputBuffer } from './input-buffer.ts';

describe('InputBuffer', () => {
  it('holds what was pushed and not consumed, in order', () => {
    const step = fc.record({ push: fc.uint8Array({ maxLength: 40 }), consume: fc.nat(50), settle: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const input = new InputBuffer();
        let model = Buffer.alloc(0);
        for (const { push, consume, settle } of steps) {
          input.push(Buffer.from(push));
          model = Buffer.concat([model, push]);
          const count = Math.min(consume, model.length);
          input.start += count;
          model = model.subarray(count);
          if (settle) input.settle();
          expect(input.length).toBe(model.length);
          expect(Buffer.compare(input.bytes.subarray(input.start, input.end), model)).toBe(0);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not copy a chunk that is alone', () => {
    const input = new InputBuffer();
    const chunk = Buffer.alloc(1000);
    input.push(chunk);
    input.settle();
    expect(input.bytes).toBe(chunk);
  });

  it('does not change a chunk', () => {
    const input = new InputBuffer();
    const whole = Buffer.alloc(64, 'a');
    const before = Buffer.from(whole);
    input.push(whole.subarray(0, 4));
    for (let n = 0; n < 100; n++) input.push(Buffer.from('xxxxxxxxxx'));
    expect(Buffer.compare(whole, before)).toBe(0);
    input.start = input.end;
    input.push(whole);
    input.start += 60;
    input.push(Buffer.from('xxxx'));
    expect(Buffer.compare(whole, before)).toBe(0);
  });

  it('copies a little piece out of a big chunk', () => {
    const input = new InputBuffer();
    input.push(Buffer.alloc(65_536, 'x'));
    input.start = 65_530;
    input.settle();
    expect(input.bytes.buffer.byteLength).toBeLessThan(1000);
    expect(input.bytes.toString('latin1', input.start, input.end)).toBe('xxxxxx');
  });

  it('holds nothing when all is consumed', () => {
    const input = new InputBuffer();
    input.push(Buffer.alloc(65_536));
    input.start = 65_536;
    input.settle();
    expect(input.bytes.length).toBe(0);
  });

  it('grows in steps, not with each chunk', () => {
    const input = new InputBuffer();
    const seen = new Set<ArrayBufferLike>();
    for (let n = 0; n < 10_000; n++) {
      input.push(Buffer.from('0123456789'));
      seen.add(input.bytes.buffer);
    }
    expect(input.length).toBe(100_000);
    expect(seen.size).toBeLessThan(20);
  });
});
