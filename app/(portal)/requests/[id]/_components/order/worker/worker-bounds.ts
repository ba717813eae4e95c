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
 * Limits every array of a scope to `maxBytes`. A decoder that asks for more fails, and its image is left out. pdf.js
 * checks the size in an image's dictionary, but not the size of its mask or the size in the coded bytes.
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
