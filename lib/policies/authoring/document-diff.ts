import type { Policy, PolicySettings } from "@/lib/access/policy/policy-document";
import type { Locale } from "@/lib/format";
import type { FormReading } from "./read-form";
import { type ChangedSegment, compareSentences } from "./segments";
import { sentenceOf } from "./sentence";

/** A policy with what the form can say of it. */
export interface ReadPolicy extends Policy {
  readonly reading: FormReading;
}

/** A policy set as pages compare it. */
export interface ReadDocument {
  readonly policies: readonly ReadPolicy[];
  readonly settings: PolicySettings;
}

export interface ChangedPolicy {
  readonly id: string;
  readonly change: "added" | "removed" | "changed";
  /** The sentence, or the Cedar text where one side has no sentence. */
  readonly form: "sentence" | "text";
  readonly segments: readonly ChangedSegment[];
  /** Only the examples, or the layout of the text, differ. */
  readonly isSameRule: boolean;
}

export const SETTINGS = [
  "quorums.legal",
  "quorums.coordinator",
  "grants.max_views",
  "grants.max_exports",
  "grants.max_days",
  "review_days",
] as const;
export type SettingName = (typeof SETTINGS)[number];

export interface ChangedSetting {
  readonly name: SettingName;
  readonly before: number;
  readonly after: number;
}

/** Returns one number of a set's settings. */
export function settingOf(settings: PolicySettings, name: SettingName): number {
  switch (name) {
    case "quorums.legal":
      return settings.quorums.legal;
    case "quorums.coordinator":
      return settings.quorums.coordinator;
    case "grants.max_views":
      return settings.grants.max_views;
    case "grants.max_exports":
      return settings.grants.max_exports;
    case "grants.max_days":
      return settings.grants.max_days;
    default:
      return settings.review_days;
  }
}

function saidOf(policy: ReadPolicy | undefined, form: "sentence" | "text", locale: Locale): string {
  if (policy === undefined) return "";
  return form === "sentence" && policy.reading.kind === "form"
    ? sentenceOf(policy.reading.form, locale)
    : policy.text;
}

function compare(
  before: ReadPolicy | undefined,
  after: ReadPolicy | undefined,
  locale: Locale,
): Pick<ChangedPolicy, "form" | "segments" | "isSameRule"> {
  const hasSentence = [before, after].every((one) => one?.reading.kind !== "locked");
  const form = hasSentence ? "sentence" : "text";
  const segments = compareSentences(saidOf(before, form, locale), saidOf(after, form, locale));
  return { form, segments, isSameRule: segments.every(({ change }) => change === "same") };
}

function isEqual(one: Policy, other: Policy): boolean {
  return one.text === other.text && JSON.stringify(one.examples) === JSON.stringify(other.examples);
}

/** Returns the policies that two documents do not have in common, in the order of the newer one, removed ones last. */
export function changedPolicies(before: ReadDocument, after: ReadDocument, locale: Locale): ChangedPolicy[] {
  const old = new Map(before.policies.map((policy) => [policy.id, policy]));
  const ids = new Set(after.policies.map(({ id }) => id));
  const kept = after.policies.flatMap((policy): ChangedPolicy[] => {
    const former = old.get(policy.id);
    if (former !== undefined && isEqual(former, policy)) return [];
    const change = former === undefined ? "added" : "changed";
    return [{ id: policy.id, change, ...compare(former, policy, locale) }];
  });
  const removed = before.policies
    .filter(({ id }) => !ids.has(id))
    .map(
      (policy): ChangedPolicy => ({
        id: policy.id,
        change: "removed",
        ...compare(policy, undefined, locale),
      }),
    );
  return [...kept, ...removed];
}

/** Returns the numbers that differ. */
export function changedSettings(before: PolicySettings, after: PolicySettings): ChangedSetting[] {
  return SETTINGS.map((name) => ({
    name,
    before: settingOf(before, name),
    after: settingOf(after, name),
  })).filter((one) => one.before !== one.after);
}
