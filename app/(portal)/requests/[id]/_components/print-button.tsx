"use client";

import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

export function PrintButton() {
  const t = useTranslations("review");
  return (
    <Button look="primary" icon="print" onClick={() => window.print()}>
      {t("print.print")}
    </Button>
  );
}
