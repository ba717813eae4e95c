"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { DialogButton } from "@/components/act/dialog-button";
import { Section } from "@/components/ui/section";

/** Changes the person's password, in a dialog. */
export function PasswordSection() {
  const t = useTranslations("account.password");
  const [isDone, setDone] = useState(false);
  return (
    <Section title={t("title")} className="print:hidden">
      <div className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <DialogButton
          label={t("submit")}
          load={async () => {
            const { PasswordForm } = await import("./password-form");
            setDone(false);
            return (close) => (
              <PasswordForm
                onDone={() => {
                  setDone(true);
                  close();
                }}
              />
            );
          }}
        />
        <p role="status" className="text-control text-ink-2">
          {isDone ? t("done") : ""}
        </p>
      </div>
    </Section>
  );
}
