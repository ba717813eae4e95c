"use client";

import { useTranslations } from "next-intl";
import { CallRefused } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Tag } from "@/components/ui/tag";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import { signatureFault } from "@/lib/authorities/labels";
import type { AttachStatus } from "../sections/authority-store";

type AuthorizationDocument = NonNullable<AuthorizationView["document"]>;

/** The result of the scan. The words for "clean" say no more than that nothing was found. */
export function ScanTag({ scan }: { scan: AuthorizationDocument["scan"] }) {
  const t = useTranslations("requests.new.authority.scan");
  const isClean = scan === "clean";
  return (
    <Tag
      tone={isClean ? "accent" : scan === "infected" ? "oxblood" : "amber"}
      icon={isClean ? "tick" : "warning"}
      isBoxed
    >
      {t(scan === "not scanned" ? "notScanned" : scan)}
    </Tag>
  );
}

/** What is wrong with a signature, where that is the reason. */
function SignatureFaultLine({ error }: { error: unknown }) {
  const faults = useTranslations("domain.signatureFaults");
  const fault = error instanceof CallRefused ? signatureFault(error.problem.members.fault) : undefined;
  return fault === undefined ? null : <p className="mt-2">{faults(fault)}</p>;
}

/** The progress of the upload, or why it failed. */
export function DocumentState({ status, onAgain }: { status: AttachStatus; onAgain: () => void }) {
  const t = useTranslations("requests.new.authority");
  const again = (
    <button
      type="button"
      onClick={onAgain}
      className="ml-3 min-h-touch cursor-pointer underline underline-offset-4 tablet:min-h-[28px]"
    >
      {t("again")}
    </button>
  );
  switch (status.kind) {
    case "reading":
      return <>{t("reading")}</>;
    case "sending": {
      const { sending } = status;
      if (sending === undefined || sending.total === 0) return <>{t("sendingUnknown")}</>;
      const percent = Math.floor((100 * sending.sent) / sending.total);
      return percent === 100 ? (
        t("checking")
      ) : (
        <span className="flex items-center gap-3">
          <progress
            value={sending.sent}
            max={sending.total}
            className="h-1 w-40"
            aria-label={t("document")}
          />
          {t("sending", { percent })}
        </span>
      );
    }
    case "lost":
    case "signedOut":
      return (
        <span className="text-amber">
          {t(status.kind)}
          {status.kind === "lost" ? again : null}
        </span>
      );
    case "altered":
      return (
        <span className="text-oxblood">
          {t("altered")}
          {again}
        </span>
      );
    case "refused":
      return (
        <>
          <CallFailure error={status.error} title={t("notSent")} />
          <SignatureFaultLine error={status.error} />
        </>
      );
    default:
      return null;
  }
}
