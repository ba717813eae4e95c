import { useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import type { VerificationItem } from "@/lib/audit/self-check/schema";

const WORDS = { sound: "sound", incomplete: "incomplete", wrong: "wrong" } as const;

/** How a verification ended, in one word; one whose report was rewritten since tells nothing. */
function endOf({
  state,
  record,
  report,
}: VerificationItem): "sound" | "incomplete" | "wrong" | "failed" | "changed" {
  if (record === "changed") return "changed";
  return state === "failed" || report === null ? "failed" : WORDS[report.verdict];
}

/** When the worker last verified the log to its end, who asked for it, and how it ended; `runs` are newest first. */
export function LastRun({ runs }: { runs: readonly VerificationItem[] }) {
  const t = useTranslations("audit.verify.runs.last");
  const last = runs.find(({ finished_at }) => finished_at !== null);
  const at = last?.finished_at;
  if (last === undefined || at === undefined || at === null) return null;
  return (
    <p className="max-w-[760px] pt-3 text-body">
      {t.rich(endOf(last), { time: () => <LocalTime instant={at} form="minute" /> })}{" "}
      {last.by === null ? t("schedule") : t("by", { name: last.by })}
    </p>
  );
}
