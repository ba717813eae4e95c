import type { PDFDocumentProxy, PDFPageProxy, RenderTask } from "pdfjs-dist";
import type { TextRun } from "./order-marks";

/**
 * An order's pages, drawn by pdf.js in a worker of our own origin. Everything that a document could bring along
 * stays off: no scripts, no links, no forms, no annotations, no evaluation of code.
 */
export interface OrderPages {
  readonly count: number;
  draw(number: number, canvas: HTMLCanvasElement, width: number): Promise<void>;
  text(number: number): Promise<TextRun[]>;
  close(): void;
}

const WASM: Readonly<Record<string, () => URL>> = {
  "jbig2.wasm": () => new URL("pdfjs-dist/wasm/jbig2.wasm", import.meta.url),
  "openjpeg.wasm": () => new URL("pdfjs-dist/wasm/openjpeg.wasm", import.meta.url),
  "qcms_bg.wasm": () => new URL("pdfjs-dist/wasm/qcms_bg.wasm", import.meta.url),
};

/** Decoders of scanned pages, from our own origin; the worker asks for them by name. */
class OwnWasm {
  async fetch({ filename }: { filename: string }): Promise<Uint8Array> {
    const place = WASM[filename];
    if (place === undefined) throw new Error("not a decoder of ours");
    const response = await fetch(place());
    if (!response.ok) throw new Error("a decoder could not be fetched");
    return new Uint8Array(await response.arrayBuffer());
  }
}

async function open(bytes: Uint8Array): Promise<PDFDocumentProxy> {
  const pdfjs = await import("pdfjs-dist");
  pdfjs.GlobalWorkerOptions.workerSrc = new URL("pdfjs-dist/build/pdf.worker.min.mjs", import.meta.url).href;
  return pdfjs.getDocument({
    data: bytes,
    isEvalSupported: false,
    enableXfa: false,
    useWorkerFetch: false,
    WasmFactory: OwnWasm,
    verbosity: pdfjs.VerbosityLevel.ERRORS,
  }).promise;
}

const MAX_PIXELS = 16_000_000;

async function drawPage(page: PDFPageProxy, canvas: HTMLCanvasElement, width: number): Promise<RenderTask> {
  const natural = page.getViewport({ scale: 1 });
  const wanted = (width * Math.min(globalThis.devicePixelRatio, 2)) / natural.width;
  const scale = Math.min(wanted, Math.sqrt(MAX_PIXELS / (natural.width * natural.height)));
  const viewport = page.getViewport({ scale });
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  const { AnnotationMode } = await import("pdfjs-dist");
  return page.render({ canvas, viewport, annotationMode: AnnotationMode.DISABLE });
}

async function textOf(page: PDFPageProxy): Promise<TextRun[]> {
  const viewport = page.getViewport({ scale: 1 });
  const { items } = await page.getTextContent();
  return items.flatMap((item) => {
    if (!("str" in item) || item.str.trim() === "") return [];
    const [, , , , x = 0, y = 0] = item.transform.map(Number);
    const [left = 0, bottom = 0, right = 0, top = 0] = viewport.convertToViewportRectangle([
      x,
      y - item.height * 0.2,
      x + item.width,
      y + item.height,
    ]);
    return [
      {
        text: item.str,
        left: Math.min(left, right) / viewport.width,
        top: Math.min(top, bottom) / viewport.height,
        width: Math.abs(right - left) / viewport.width,
        height: Math.abs(bottom - top) / viewport.height,
      },
    ];
  });
}

/** Opens a PDF of at most 20 MB, which the browser has just received. */
export async function openOrder(bytes: Uint8Array): Promise<OrderPages> {
  const pdf = await open(bytes);
  const running = new Map<HTMLCanvasElement, RenderTask>();
  // One drawing after another on each canvas: pdf.js refuses two at once.
  const queues = new Map<HTMLCanvasElement, Promise<void>>();
  const drawOn = async (number: number, canvas: HTMLCanvasElement, width: number): Promise<void> => {
    const task = await drawPage(await pdf.getPage(number), canvas, width);
    running.set(canvas, task);
    await task.promise.finally(() => running.delete(canvas));
  };
  return {
    count: pdf.numPages,
    draw: (number, canvas, width) => {
      running.get(canvas)?.cancel();
      const before = queues.get(canvas) ?? Promise.resolve();
      const next = before.catch(() => undefined).then(() => drawOn(number, canvas, width));
      queues.set(canvas, next);
      return next;
    },
    text: async (number) => textOf(await pdf.getPage(number)),
    close: () => {
      for (const task of running.values()) task.cancel();
      void pdf.loadingTask.destroy();
    },
  };
}
