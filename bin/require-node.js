// Imported first by every command. Old syntax only, so that an old Node.js gets as far as the sentence below.
var found = process.versions.node.split('.').map(Number);

if (found[0] < 24 || (found[0] === 24 && found[1] < 11)) {
  process.stderr.write(
    'Couplet needs Node.js 24.11 or newer, and this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      '): ' +
      'run `npm ci`, which brings one, and start with `npm start` or bin/couplet\n',
  );
  process.exit(1);
}
