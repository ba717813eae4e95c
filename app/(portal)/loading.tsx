import { useTranslations } from "next-intl";
import { Loading } from "@/components/ui/loading";

/** Shown while the server reads a page. The words appear after 400 ms. */
export default function PortalLoading() {
  const t = useTranslations("ui");
  return (
    <main id="content" className="px-4 pt-6 tablet:px-8">
      <Loading text={t("loading")} />
    </main>
  );
}
