"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { DialogButton } from "@/components/act/dialog-button";

/** Opens the dialog in which an export under the grant is requested. */
export function MakeExportButton({ grantId }: { grantId: string }) {
  const t = useTranslations("grants.exports");
  const [isAsked, setAsked] = useState(false);
  return (
    <div className="my-4 flex flex-wrap items-center gap-x-4 gap-y-2 print:hidden">
      <DialogButton
        label={t("act")}
        load={async () => {
          const { MakeExport } = await import("./make-export");
          setAsked(false);
          return (close) => (
            <MakeExport
              grantId={grantId}
              onDone={() => {
                setAsked(true);
                close();
              }}
            />
          );
        }}
      />
      <p role="status" className="text-control text-ink-2">
        {isAsked ? t("asked") : ""}
      </p>
    </div>
  );
}
