import "server-only";
import { makeOrderPdf } from "@/lib/seed/court-order";

const DAY_MS = 86_400_000;

/** The facts of the order that the tour uploads; days are UTC dates, `YYYY-MM-DD`. */
export interface TourOrder {
  readonly issuer: string;
  readonly caseNumber: string;
  readonly validFrom: string;
  readonly validUntil: string;
}

/** Returns an order for today's tour. Its text says that it orders nothing. */
export function tourOrder(now: Date): TourOrder {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  return {
    issuer: "Settlement Markets Authority",
    caseNumber: `SMA 7-${day(now.getTime()).slice(5).replace("-", "")}/26`,
    validFrom: day(now.getTime() - DAY_MS),
    validUntil: day(now.getTime() + 20 * DAY_MS),
  };
}

/** Returns the order as a one-page PDF. */
export function tourOrderPdf(order: TourOrder): Uint8Array {
  return makeOrderPdf({
    title: "Demand for information",
    lines: [
      `The ${order.issuer} requires the operator of the settlement service`,
      "to give access to amount and pricing of the transaction named in the request.",
      `Case ${order.caseNumber}`,
      `Valid from ${order.validFrom}`,
      `Valid until ${order.validUntil}`,
      "Made for the tour of Sealport. It orders nothing.",
    ],
  });
}
