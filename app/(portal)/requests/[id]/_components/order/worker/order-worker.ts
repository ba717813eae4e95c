// In this order: the bounds hold before pdf.js makes its first array.
import "./order-worker-bounds";
import "pdfjs-dist/build/pdf.worker.min.mjs";
