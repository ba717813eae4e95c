import type { PageViewport, PDFPageProxy, RenderTask } from "pdfjs-dist";
import type { TextItem } from "pdfjs-dist/types/src/display/api";
import type { TextRun } from "../marks/order-marks";
import { MAX_IMAGE_PIXELS, MAX_KEPT_BYTES, MAX_RUNS } from "./drawing-limits";
import { isWorkerNews } from "./worker-bounds";

/**
 * An order's pages, drawn by pdf.js in a worker of our own origin. Everything that a document could bring along
 * stays off: no scripts, no links, no forms, no annotations, no evaluation of code.
 */
export interface OrderPages {
  /** As the file declares. No memory was allocated for them yet. */
  readonly count: number;
  draw(number: number, canvas: HTMLCanvasElement, width: number): Promise<DrawnPage>;
  /** Lets go of a drawing; the canvas keeps its place. */
  erase(canvas: HTMLCanvasElement): void;
  text(number: number): Promise<TextRun[]>;
  close(): void;
}

export interface DrawnPage {
  /** An image has more pixels than are drawn here; see MAX_IMAGE_PIXELS. */
  readonly lacksImage: boolean;
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

/** A document in its own worker, which reports when it leaves out an image. */
async function open(bytes: Uint8Array, onLeftOut: () => void) {
  const pdfjs = await import("pdfjs-dist");
  const port = new Worker(new URL("./order-worker.ts", import.meta.url), { type: "module" });
  port.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (isWorkerNews(data)) onLeftOut();
  });
  // Warnings, since the worker hears them; it prints none.
  const worker = pdfjs.PDFWorker.create({ port, verbosity: pdfjs.VerbosityLevel.WARNINGS });
  const task = pdfjs.getDocument({
    data: bytes,
    worker,
    isEvalSupported: false,
    enableXfa: false,
    useWorkerFetch: false,
    WasmFactory: OwnWasm,
    // The browser's own decoder trusts the size in the coded image.
    isImageDecoderSupported: false,
    maxImageSize: MAX_IMAGE_PIXELS,
    canvasMaxAreaInBytes: MAX_KEPT_BYTES,
  });
  const close = (): void => {
    // Destroying asks the worker, which may be busy with what it should never have begun.
    void task.destroy().catch(() => undefined);
    worker.destroy();
    port.terminate();
  };
  try {
    return { pdf: await task.promise, close };
  } catch (error) {
    close();
    throw error;
  }
}

const MAX_PIXELS = 16_000_000;

async function drawPage(page: PDFPageProxy, canvas: HTMLCanvasElement, width: number): Promise<RenderTask> {
  const natural = page.getViewport({ scale: 1 });
  const wanted = (width * Math.min(globalThis.devicePixelRatio, 2)) / natural.width;
  const scale = Math.min(wanted, Math.sqrt(MAX_PIXELS / (natural.width * natural.height)));
  const viewport = page.getViewport({ scale });
  canvas.width = Math.floor(viewport.width);
  canvas.height = Math.floor(viewport.height);
  canvas.style.aspectRatio = `${canvas.width} / ${canvas.height}`;
  const { AnnotationMode } = await import("pdfjs-dist");
  return page.render({ canvas, viewport, annotationMode: AnnotationMode.DISABLE });
}

/** The box of a run of text, in shares of the page, also where the text is turned. */
function boxOf(item: TextItem, viewport: PageViewport): Omit<TextRun, "text"> {
  const [a = 1, b = 0, c = 0, d = 1, x = 0, y = 0] = item.transform.map(Number);
  const [along, up] = [Math.hypot(a, b) || 1, Math.hypot(c, d) || 1];
  const corners = [0, item.width].flatMap((far) =>
    [-0.2 * item.height, item.height].map((high) =>
      viewport.convertToViewportPoint(
        x + (a / along) * far + (c / up) * high,
        y + (b / along) * far + (d / up) * high,
      ),
    ),
  );
  const across = corners.map(([at]) => Number(at) / viewport.width);
  const down = corners.map(([, at]) => Number(at) / viewport.height);
  const [left, top] = [Math.min(...across), Math.min(...down)];
  return { left, top, width: Math.max(...across) - left, height: Math.max(...down) - top };
}

async function textOf(page: PDFPageProxy): Promise<TextRun[]> {
  const viewport = page.getViewport({ scale: 1 });
  const { items } = await page.getTextContent();
  return items
    .slice(0, MAX_RUNS)
    .flatMap((item) =>
      "str" in item && item.str.trim() !== "" ? [{ text: item.str, ...boxOf(item, viewport) }] : [],
    );
}

/** Opens a PDF of at most 20 MB, which the browser has just received. Close it, because it has its own worker. */
export async function openOrder(bytes: Uint8Array): Promise<OrderPages> {
  let drawing: number | undefined;
  const lacking = new Set<number>();
  const { pdf, close } = await open(bytes, () => {
    if (drawing !== undefined) lacking.add(drawing);
  });
  const running = new Map<HTMLCanvasElement, RenderTask>();
  // One drawing after another: pdf.js refuses two on one canvas, and the list of omitted images belongs to the running
  // one.
  let queue: Promise<unknown> = Promise.resolve();
  const drawOn = async (number: number, canvas: HTMLCanvasElement, width: number): Promise<DrawnPage> => {
    drawing = number;
    const page = await pdf.getPage(number);
    const task = await drawPage(page, canvas, width);
    running.set(canvas, task);
    await task.promise.finally(() => running.delete(canvas));
    // Its images would be kept for a drawing that seldom comes.
    page.cleanup();
    return { lacksImage: lacking.has(number) };
  };
  return {
    count: pdf.numPages,
    draw: (number, canvas, width) => {
      running.get(canvas)?.cancel();
      const next = queue.catch(() => undefined).then(() => drawOn(number, canvas, width));
      queue = next;
      return next;
    },
    erase: (canvas) => {
      running.get(canvas)?.cancel();
      [canvas.width, canvas.height] = [1, 1];
    },
    text: async (number) => textOf(await pdf.getPage(number)),
    close: () => {
      for (const task of running.values()) task.cancel();
      close();
    },
  };
}
