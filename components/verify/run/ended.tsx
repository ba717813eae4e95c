import { useTranslations } from "next-intl";
import { Notice } from "@/components/ui/states";
import type { VerificationState } from "./use-verification";

/** Why there is no result. */
export function Ended({ state }: { state: VerificationState }) {
  const t = useTranslations("audit.verify");
  switch (state.is) {
    case "stopped":
      return (
        <Notice tone="amber" icon="warning" title={t("stoppedTitle")}>
          {t("stoppedText")}
        </Notice>
      );
    case "bad policy":
      return (
        <Notice tone="oxblood" icon="stop" title={t("faults.policy")}>
          {t("faults.policyText")} <span lang="en">{state.detail}</span>
        </Notice>
      );
    case "bad receipt":
      return (
        <Notice tone="oxblood" icon="stop" title={t("faults.receipt", { name: state.name })}>
          {t("faults.receiptText")} <span lang="en">{state.detail}</span>
        </Notice>
      );
    case "other file":
      return (
        <Notice tone="amber" icon="warning" title={t("faults.other")}>
          {t(`faults.seems.${state.seems}`)} <span lang="en">{state.detail}</span>
        </Notice>
      );
    case "unreadable":
    case "broken":
      return (
        <Notice tone="oxblood" icon="stop" title={t("faults.file")}>
          {t("faults.fileText")}
        </Notice>
      );
    default:
      return null;
  }
}
