import { useTranslations } from "next-intl";

/** The first stop of the keyboard; seen only while it has the focus. */
export function SkipLink() {
  return (
    <a
      href="#content"
      className="sr-only bg-sheet text-ink focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-toast focus:px-4 focus:py-2"
    >
      {useTranslations("shell")("skip")}
    </a>
  );
}
