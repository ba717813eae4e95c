import { useTranslations } from "next-intl";
import { Mark } from "@/components/layout/mark";
import { buttonClass } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

const PLACES = [
  { href: "/trust", key: "trust" },
  { href: "/transparency", key: "transparency" },
  { href: "/verify", key: "verify" },
  { href: "/tour", key: "tour" },
  { href: "/developers", key: "developers" },
  { href: "/help", key: "help" },
  { href: "/status", key: "status" },
] as const;

export type SitePlace = (typeof PLACES)[number]["key"];

function Places({ current, className }: { current: SitePlace | undefined; className: string }) {
  const t = useTranslations("shell");
  return (
    <nav aria-label={t("navigation")} className={className}>
      <ul className="text-body text-ink-2 tablet:flex tablet:flex-wrap tablet:gap-x-6">
        {PLACES.map((place) => (
          <li key={place.href}>
            <a
              href={place.href}
              aria-current={place.key === current ? "page" : undefined}
              className="flex min-h-touch items-center px-4 hover:text-ink hover:underline aria-[current]:font-medium aria-[current]:text-ink tablet:px-0"
            >
              {t(place.key)}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/**
 * The head of public pages and of the missing page. On a narrow screen its places are behind "Menu", as those of the
 * portal are behind "More". Its links are not Next's: the missing page is in the script of every other page, and a whole
 * new document costs a public page little.
 */
export function SiteHeader({ current }: { current?: SitePlace }) {
  const t = useTranslations("shell");
  const brand = useTranslations("brand");
  return (
    <header className="relative border-line border-b">
      <div className="flex min-h-header items-center gap-x-2 pr-2 pl-4 tablet:min-h-16 tablet:gap-x-8 tablet:px-14">
        <a
          href="/"
          aria-label={t("home")}
          className="flex min-h-touch items-center gap-2 font-semibold text-lead tracking-tight"
        >
          <Mark size={27} />
          {brand("name")}
        </a>
        <Places current={current} className="hidden tablet:block" />
        <div className="ml-auto">
          <a href="/sign-in" className={buttonClass("secondary", "bar")}>
            {t("signIn")}
          </a>
        </div>
        <details className="tablet:hidden">
          <summary className="flex min-h-touch cursor-pointer list-none items-center gap-2 px-2 text-body">
            <Icon name="menu" />
            {t("menu")}
          </summary>
          <Places
            current={current}
            className="absolute inset-x-0 top-full z-header border-line-2 border-y bg-paper py-2"
          />
        </details>
      </div>
    </header>
  );
}
