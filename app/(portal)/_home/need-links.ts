import type { IconName } from "@/components/ui/icon";
import type { Need, NeedKind } from "@/lib/home/schema";

/** Pages that do not depend on the task's subject. */
const PAGES: Readonly<Partial<Record<NeedKind, string>>> = {
  enrolment: "/account/security#to-confirm",
  signing_key: "/account/security",
  api_key_ends: "/account/api-keys",
  erasure: "/audit/erasures",
  authority: "/admin/authorities",
  backup: "/keys#root-backup",
  roster: "/roster",
  key_missing: "/keys/register",
};

/** Returns the page on which a task is done. */
export function hrefOf({ kind, subject }: Need): string {
  switch (kind) {
    case "access_ends":
    case "access_new":
      return `/grants/${subject.id}`;
    case "glass_review":
      return `/break-glass/${subject.id}`;
    case "dispute":
    case "disputed":
      return `/disputes/${subject.id}`;
    case "draft":
      return `/requests/new?draft=${subject.id}`;
    case "agreement":
      return `/agreements/${subject.id}`;
    case "alert":
      return `/operations/alerts/${subject.id}`;
    case "access_review":
      return `/access-review/${subject.id}`;
    case "policy":
      return `/policies/${subject.id}`;
    case "key_recovery":
    case "key_move":
    case "key_proof":
    case "key_stopped":
      return `/keys/${subject.id}`;
    default:
      return PAGES[kind] ?? `/requests/${subject.id}`;
  }
}

const ICONS: Readonly<Record<NeedKind, IconName>> = {
  access_ends: "clock",
  access_new: "grant",
  question: "comment",
  escalated: "stop",
  glass_review: "eye",
  decide: "scales",
  agreement: "check",
  erasure: "nothing",
  authority: "pencil",
  backup: "warning",
  roster: "key",
  signing_key: "key",
  alert: "warning",
  access_review: "check",
  policy: "scales",
  dispute: "comment",
  enrolment: "key",
  key_recovery: "key",
  key_move: "key",
  key_proof: "key",
  disputed: "comment",
  key_stopped: "key",
  key_missing: "key",
  answer_overdue: "stop",
  api_key_ends: "key",
  draft: "pencil",
};

const PRESSING: readonly NeedKind[] = [
  "alert",
  "backup",
  "access_ends",
  "signing_key",
  "key_missing",
  "key_stopped",
];

/** Glyph and colour of a task. Oxblood: late. Amber: little time left, or something is blocked. Ink: other work. */
export function lookOf(need: Need): { readonly icon: IconName; readonly tone: string } {
  if (need.is_late) return { icon: "stop", tone: "text-oxblood" };
  const isPressing = PRESSING.includes(need.kind);
  return { icon: ICONS[need.kind], tone: isPressing ? "text-amber" : "text-ink" };
}
