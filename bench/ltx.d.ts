/** The part of ltx's tokeniser that the benchmarks use; the package has no types. */
declare module 'ltx/src/parsers/ltx.js' {
  export default class SaxLtx {
    on(event: 'startElement', listener: (name: string, attrs: Readonly<Record<string, string>>) => void): this;
    on(event: 'endElement', listener: () => void): this;
    write(data: string): void;
  }
}
