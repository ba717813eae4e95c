import Link from "next/link";
import { useTranslations } from "next-intl";

/** The way back to the list of calls, and the word about the language of what follows. */
export function BackToCalls() {
  const t = useTranslations("developers");
  return (
    <p>
      <Link
        href="/developers"
        prefetch={false}
        className="inline-flex min-h-[24px] items-center text-accent underline underline-offset-4"
      >
        {t("back")}
      </Link>
      <span className="ml-4 text-control">{t("english")}</span>
    </p>
  );
}
