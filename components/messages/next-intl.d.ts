import type { CATALOGUES, Language } from "@/components/messages/catalogue";

declare module "next-intl" {
  interface AppConfig {
    Locale: Language;
    Messages: (typeof CATALOGUES)["en"];
  }
}
