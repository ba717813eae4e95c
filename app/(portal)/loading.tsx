import { useTranslations } from "next-intl";
import { Loading } from "@/components/ui/loading";

/** Stands in the place of a page while the server reads; says so after 400 ms. */
export default function PortalLoading() {
  const t = useTranslations("ui");
  return (
    <main id="content" className="px-4 pt-6 tablet:px-8">
      <Loading text={t("loading")} />
    </main>
  );
}
