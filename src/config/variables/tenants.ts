import { text } from '../fields';
import { documentation } from '../documentation';

export const tenants = {
  TENANTS_FILE: text.optional().register(documentation, {
    description: 'A YAML file with more tenants: other products that use this service.',
    rules: [
      'Without it there is one tenant, `default`, which the environment configures.',
      'Every API process, every worker and the operator commands must have the same file. They read it at their start.',
      '[Tenants](tenants.md) describes the file.',
    ],
    example: './tenants.yaml',
  }),
};
