import { expect, test } from 'vitest';
import { Ticket } from './ticket.ts';

const recorder = (calls: string[], name: string) => ({
  settled: (ticket: Ticket): void => void calls.push(`${name} ${ticket.state}`),
});

test('calls its listeners once, in order, when it settles; at once when it is settled already', () => {
  const calls: string[] = [];
  const ticket = new Ticket();
  for (const name of ['a', 'b', 'c']) ticket.onSettled(recorder(calls, name));
  expect([ticket.state, calls]).toEqual(['pending', []]);
  ticket.settle();
  ticket.onSettled(recorder(calls, 'd'));
  expect(calls).toEqual(['a committed', 'b committed', 'c committed', 'd committed']);
});

test('a failed ticket keeps its error', async () => {
  const ticket = new Ticket();
  const settled = ticket.settled();
  const error = new Error('disk');
  ticket.settle(error);
  expect([ticket.state, ticket.error]).toEqual(['failed', error]);
  await expect(settled).rejects.toBe(error);
  await expect(ticket.settled()).rejects.toBe(error);
});

test('settles only once', async () => {
  const ticket = new Ticket();
  ticket.settle();
  expect(() => ticket.settle(new Error('late'))).toThrow('settled already');
  expect(ticket.state).toBe('committed');
  await ticket.settled();
});

test('a listener that throws does not keep the others from being called', () => {
  const calls: string[] = [];
  const ticket = new Ticket();
  ticket.onSettled({
    settled: () => {
      throw new Error('bug');
    },
  });
  ticket.onSettled(recorder(calls, 'other'));
  expect(() => ticket.settle()).toThrow(AggregateError);
  expect(calls).toEqual(['other committed']);
});
