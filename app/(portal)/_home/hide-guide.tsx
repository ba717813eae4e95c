"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { remember } from "@/components/layout/preferences";

/** Hides the first steps. */
export function HideGuide({ cookie }: { cookie: string }) {
  const t = useTranslations("home.first");
  const router = useRouter();
  return (
    <button
      type="button"
      className="min-h-[24px] cursor-pointer underline underline-offset-4 hover:text-ink"
      onClick={() => {
        remember(cookie, "hidden");
        router.refresh();
      }}
    >
      {t("done")}
    </button>
  );
}
