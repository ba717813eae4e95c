import { useTranslations } from "next-intl";
import { Icon } from "@/components/ui/icon";

const AUDIENCES = [
  { key: "regulators", text: "regulatorsText", link: "regulatorsLink", href: "/requests/new" },
  { key: "parties", text: "partiesText", link: "partiesLink", href: "/transactions/new" },
  { key: "anyone", text: "anyoneText", link: "anyoneLink", href: "/verify" },
  { key: "trust", text: "trustText", link: "trustLink", href: "/trust" },
] as const;

/** What each kind of visitor can do here, each with a link to where they begin. */
export function Audiences() {
  const t = useTranslations("audiences");
  return (
    <section aria-labelledby="audiences" className="px-4 tablet:px-14">
      <h2 id="audiences" className="sr-only">
        {t("title")}
      </h2>
      <ul className="grid border-ink border-t tablet:grid-cols-2 facts:grid-cols-4">
        {AUDIENCES.map(({ key, text, link, href }) => (
          <li
            key={key}
            className="flex flex-col border-line border-b py-6 tablet:odd:border-r tablet:odd:pr-6 tablet:even:pl-6 facts:border-r facts:border-b-0 facts:px-6 facts:last:border-r-0 facts:first:pl-0 facts:odd:pr-6"
          >
            <h3 className="font-semibold text-body">{t(key)}</h3>
            <p className="mt-1 mb-3 max-w-[44ch] text-control text-ink-2">{t(text)}</p>
            <a
              href={href}
              className="mt-auto inline-flex min-h-touch items-center gap-2 self-start font-medium text-accent text-control hover:underline tablet:min-h-[24px]"
            >
              {t(link)}
              <Icon name="arrow" className="size-[14px]" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
