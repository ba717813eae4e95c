import { z } from "zod";
import { NoticeInstrument } from "@/lib/access/notices/schema";

const FigureView = z.object({
  /** The number, if it is published. */
  value: z.int().optional(),
  /** Its bounds if the number is withheld; without `to` it has no upper bound. */
  from: z.int().optional(),
  to: z.int().optional(),
});

const rowMembers = {
  outcomes: z.object({
    granted: FigureView,
    narrowed: FigureView,
    denied: FigureView,
    withdrawn: FigureView,
    lapsed: FigureView,
  }),
  answered: FigureView,
  overdue: FigureView,
  disclosures: FigureView,
};

/** The published figures of one quarter, computed once. */
export const Figures = z.object({
  quarter: z.string(),
  from: z.string(),
  to: z.string(),
  /** Smaller numbers are withheld. */
  smallest: z.int(),
  kinds: z.array(z.object({ kind: NoticeInstrument, ...rowMembers })),
  all: z.object(rowMembers),
  break_glass: FigureView,
});
export type Figures = z.infer<typeof Figures>;

/** The report of one quarter. Its digest is the SHA-256 of the JCS text of `figures`, as the log has it. */
export const TransparencyReport = z.object({
  quarter: z.string(),
  published_at: z.string(),
  digest: z.string(),
  figures: Figures,
});
export type TransparencyReport = z.infer<typeof TransparencyReport>;

export const TransparencyList = z.object({
  items: z.array(TransparencyReport.pick({ quarter: true, published_at: true, digest: true })),
});
export type TransparencyList = z.infer<typeof TransparencyList>;

export const QuarterPath = z.strictObject({
  quarter: z.string().regex(/^\d{4}-Q[1-4]$/, "not a quarter such as 2026-Q4"),
});
