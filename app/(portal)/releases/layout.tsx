import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function ReleasesLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["release"]}>{children}</Words>;
}
