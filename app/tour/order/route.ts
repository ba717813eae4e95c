import { tourOrder, tourOrderPdf } from "@/lib/seed/tour-order";

/** Answers the order that the tour uploads, made for the current day. */
export function GET(): Response {
  const pdf = tourOrderPdf(tourOrder(new Date()));
  return new Response(new Uint8Array(pdf), {
    headers: {
      "content-type": "application/pdf",
      "content-disposition": 'attachment; filename="order.pdf"',
      "cache-control": "no-store",
    },
  });
}
