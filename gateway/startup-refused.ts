// What start-up refused, whole: every problem at once, so that nobody mends them one by one.
import type { Problem } from '../schema/problem.ts';

export class StartupRefused extends Error {
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super('start-up refused');
    this.problems = problems;
  }
}
