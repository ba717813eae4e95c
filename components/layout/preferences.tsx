"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { type ReactNode, useId, useState } from "react";

const YEAR_S = 31_536_000;

/** A display preference, kept in a cookie of this browser. It says nothing about the person. */
export function remember(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and Safari before 18.4
  document.cookie = `${name}=${value}; Path=/; Max-Age=${value === "" ? 0 : YEAR_S}; SameSite=Lax${secure}`;
}

function Choices(props: {
  label: string;
  value: string;
  options: readonly { readonly value: string; readonly label: ReactNode; readonly lang?: string }[];
  onChoose: (value: string) => void;
}) {
  const name = useId();
  return (
    <fieldset>
      <legend className="text-note text-ink-2">{props.label}</legend>
      <div className="mt-1 flex">
        {props.options.map((option) => (
          <label
            key={option.value}
            lang={option.lang}
            className="-ml-px flex min-h-touch grow cursor-pointer items-center justify-center border border-edge px-2 first:ml-0 first:rounded-l-control last:rounded-r-control has-checked:bg-accent-wash has-checked:font-semibold has-focus-visible:outline-2 has-focus-visible:outline-ink has-focus-visible:outline-offset-2 tablet:min-h-bar"
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              checked={option.value === props.value}
              onChange={() => props.onChoose(option.value)}
              className="sr-only"
            />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Light, dark, or the setting of the system. */
export function ThemeChoice() {
  const t = useTranslations("portal");
  const [theme, setTheme] = useState(() =>
    typeof document === "undefined" ? "" : (document.documentElement.dataset.theme ?? ""),
  );
  const choose = (value: string) => {
    remember("theme", value);
    if (value === "") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    setTheme(value);
  };
  return (
    <Choices
      label={t("theme.label")}
      value={theme}
      onChoose={choose}
      options={[
        { value: "", label: t("theme.system") },
        { value: "light", label: t("theme.light") },
        { value: "dark", label: t("theme.dark") },
      ]}
    />
  );
}

export function LanguageChoice() {
  const t = useTranslations("portal");
  const router = useRouter();
  const choose = (value: string) => {
    remember("language", value);
    router.refresh();
  };
  return (
    <Choices
      label={t("language")}
      value={useLocale()}
      onChoose={choose}
      options={[
        { value: "en", label: "English", lang: "en" },
        { value: "de", label: "Deutsch", lang: "de" },
      ]}
    />
  );
}
