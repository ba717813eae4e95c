"use client";

import { useTranslations } from "next-intl";
import { useOpeningHere } from "@/app/(portal)/transactions/[id]/_components/opening/opening-context";
import { Notice } from "@/components/ui/states";

/** Why the fields are sealed again. The region is there from the start, so that it is read aloud when it fills. */
export function BlankNotice() {
  const t = useTranslations("transactions.blank");
  const { blanked } = useOpeningHere().opened;
  return (
    <div role="status">
      {blanked === undefined ? null : (
        <Notice
          tone={blanked === "revoked" || blanked === "session" ? "oxblood" : "amber"}
          icon={blanked === "revoked" || blanked === "session" ? "stop" : "clock"}
          title={t("title")}
          className="mt-3"
        >
          <p>{t(blanked)}</p>
        </Notice>
      )}
    </div>
  );
}
