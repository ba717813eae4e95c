"use client";

import { useTranslations } from "next-intl";
import { CallFailure } from "@/components/client/call-failure";
import { Tag } from "@/components/ui/tag";
import type { AuthorizationView } from "@/lib/access/answer-schema";
import type { AttachStatus } from "./authority-store";

type AuthorizationDocument = NonNullable<AuthorizationView["document"]>;

/** What the server says of the scan; "clean" is told as what it is: nothing was found. */
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

/** Where the document is on its way, or why it did not get there. */
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
      return <CallFailure error={status.error} title={t("notSent")} />;
    default:
      return null;
  }
}
