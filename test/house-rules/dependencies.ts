import type { Fault, Rule } from "./source-file.ts";

interface PackageJson {
  name?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;

/** The same versions today and in a year; and `@ducat/client` weighs on nobody's browser. */
export const exactDependencies: Rule = (file) => {
  if (!/(^|\/)package\.json$/.test(file.path)) return [];
  const { name, ...content } = JSON.parse(file.text) as PackageJson;
  const faults: Fault[] = dependenciesOf(content)
    .filter(([, version]) => !exact.test(version))
    .map(([dependency, version]) => fault(file.path, `${dependency} ${version} is not an exact version`));
  if (name === "@ducat/client" && Object.keys(content.dependencies ?? {}).length > 0) {
    faults.push(fault(file.path, "the client has no dependencies"));
  }
  return faults;
};

/** Every dependency is somebody's decision, written down: what it is for, and under which licence it comes. */
export function registeredDependencies(register: string): Rule {
  return (file) => {
    if (!/(^|\/)package\.json$/.test(file.path)) return [];
    return dependenciesOf(JSON.parse(file.text) as PackageJson)
      .filter(([dependency]) => dependency !== "ducat" && !dependency.startsWith("@ducat/"))
      .filter(([dependency]) => !register.includes(`\`${dependency}\``))
      .map(([dependency]) => fault(file.path, `${dependency} is not in docs/decisions/dependencies.md`));
  };
}

function dependenciesOf({ dependencies, devDependencies, optionalDependencies }: PackageJson): [string, string][] {
  return Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
}

function fault(path: string, message: string): Fault {
  return { path, line: 1, message };
}
