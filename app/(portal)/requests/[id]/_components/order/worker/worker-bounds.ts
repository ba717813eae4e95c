/** What the worker reports in addition to pdf.js's messages, which have a target and cannot be confused with these. */
export interface WorkerNews {
  readonly sealport: "left-out";
}

export function isWorkerNews(message: unknown): message is WorkerNews {
  return typeof message === "object" && message !== null && "sealport" in message;
}

type Arrays = Record<string, unknown>;
interface ArrayConstructor {
  new (...args: unknown[]): object;
  readonly BYTES_PER_ELEMENT: number;
}

const isArrayConstructor = (value: unknown): value is ArrayConstructor =>
  typeof value === "function" && "BYTES_PER_ELEMENT" in value;

const BOUNDED = ["Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array"];

/**
 * Lets none of a scope's arrays be made larger than `maxBytes`: a decoder that wants more fails, and what it decoded
 * is left out. pdf.js measures an image by the size that its dictionary says, but not its mask, nor what the coded
 * bytes say of themselves.
 */
export function boundArrays(scope: Arrays, maxBytes: number, onRefused: () => void): void {
  for (const name of BOUNDED) {
    const plain = scope[name];
    if (!isArrayConstructor(plain)) continue;
    scope[name] = new Proxy(plain, {
      construct: (target, args, newTarget) => {
        const [length] = args;
        if (typeof length === "number" && length * target.BYTES_PER_ELEMENT > maxBytes) {
          onRefused();
          throw new RangeError("more memory than one image may have here");
        }
        return Reflect.construct(target, args, newTarget);
      },
    });
  }
}
