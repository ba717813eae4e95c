import Link from "next/link";
import { useTranslations } from "next-intl";
import { Mark } from "@/components/layout/mark";
import { ButtonLink } from "@/components/ui/button-link";

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

/** The head of public pages. */
export function SiteHeader({ current }: { current?: SitePlace }) {
  const t = useTranslations("shell");
  const brand = useTranslations("brand");
  return (
    <header className="border-line border-b">
      <div className="flex flex-wrap items-center gap-x-8 px-4 pt-2 tablet:min-h-16 tablet:flex-nowrap tablet:pt-0 tablet:px-14">
        <Link
          href="/"
          prefetch={false}
          aria-label={t("home")}
          className="flex min-h-touch items-center gap-2 font-semibold text-lead tracking-tight"
        >
          <Mark size={27} />
          {brand("name")}
        </Link>
        <nav aria-label={t("navigation")} className="order-last w-full tablet:order-none tablet:w-auto">
          <ul className="flex flex-wrap gap-x-6 text-body text-ink-2">
            {PLACES.map((place) => (
              <li key={place.href}>
                <Link
                  href={place.href}
                  prefetch={false}
                  aria-current={place.key === current ? "page" : undefined}
                  className="inline-flex min-h-touch items-center hover:text-ink hover:underline aria-[current]:font-medium aria-[current]:text-ink"
                >
                  {t(place.key)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="ml-auto">
          <ButtonLink href="/sign-in" look="secondary" size="bar">
            {t("signIn")}
          </ButtonLink>
        </div>
      </div>
    </header>
  );
}
