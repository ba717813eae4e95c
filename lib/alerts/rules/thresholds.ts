import { z } from "zod";
import { pageOf, pageQuery, Receipt } from "@/lib/schema";

/** A figure of a rule: its meaning, its default, and its lowest and highest value. */
interface Threshold {
  readonly means: string;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
}

/** Every figure of the rules. */
export const THRESHOLDS = {
  off_hours_reads: {
    means: "Openings by one person outside office hours that raise an alert",
    usual: 20,
    least: 1,
    most: 10_000,
  },
  off_hours_minutes: {
    means: "Minutes in which these openings are counted",
    usual: 60,
    least: 5,
    most: 1_440,
  },
  denials: {
    means: "Refusals of one person or program that raise an alert",
    usual: 10,
    least: 2,
    most: 10_000,
  },
  denials_minutes: { means: "Minutes in which refusals are counted", usual: 10, least: 1, most: 1_440 },
  grant_cap_percent: {
    means: "Used part of a grant's views or exports that raises an alert, in percent",
    usual: 80,
    least: 10,
    most: 100,
  },
  self_approvals: {
    means: "Attempts to approve one's own within a day that raise an alert",
    usual: 1,
    least: 1,
    most: 100,
  },
  unordered_openings: {
    means: "Openings through escrow without an order within a day that raise an alert",
    usual: 1,
    least: 1,
    most: 100,
  },
} as const satisfies Readonly<Record<string, Threshold>>;

export const ThresholdName = z.enum([
  "off_hours_reads",
  "off_hours_minutes",
  "denials",
  "denials_minutes",
  "grant_cap_percent",
  "self_approvals",
  "unordered_openings",
]);
export type ThresholdName = keyof typeof THRESHOLDS;
export type Thresholds = Readonly<Record<ThresholdName, number>>;

/** The figures of a tenant that has set none. */
export const DEFAULTS: Thresholds = {
  off_hours_reads: THRESHOLDS.off_hours_reads.usual,
  off_hours_minutes: THRESHOLDS.off_hours_minutes.usual,
  denials: THRESHOLDS.denials.usual,
  denials_minutes: THRESHOLDS.denials_minutes.usual,
  grant_cap_percent: THRESHOLDS.grant_cap_percent.usual,
  self_approvals: THRESHOLDS.self_approvals.usual,
  unordered_openings: THRESHOLDS.unordered_openings.usual,
};

export const ThresholdPath = z.strictObject({ name: ThresholdName });
export const NewThreshold = z.strictObject({ value: z.int().min(1).max(10_000) });
export type NewThreshold = z.infer<typeof NewThreshold>;

export const ThresholdView = z.object({
  name: ThresholdName,
  value: z.int(),
  /** The default, which applies until a person sets a value. */
  usual: z.int(),
  least: z.int(),
  most: z.int(),
  changed_at: z.string().nullable(),
  changed_by: z.string().nullable(),
});
export type ThresholdView = z.infer<typeof ThresholdView>;
/** All figures are on one page. */
export const ThresholdQuery = z.strictObject({ ...pageQuery });
export type ThresholdQuery = z.infer<typeof ThresholdQuery>;
export const ThresholdList = pageOf(ThresholdView);
export type ThresholdList = z.infer<typeof ThresholdList>;
export const ThresholdChanged = ThresholdView.extend({ receipt: Receipt });
export type ThresholdChanged = z.infer<typeof ThresholdChanged>;
