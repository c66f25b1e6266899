import { MochiError } from '@mochi/contract';

/** What the decoders of the input pipeline can read. */
export const IMAGE_EXTENSIONS = ['jpg', 'jpeg', 'png', 'gif', 'bmp', 'webp'] as const;

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export const unknownSplit = (dataset: string, name: string, splits: readonly string[]): MochiError =>
  new MochiError('MOCHI_UNKNOWN_SPLIT', {
    happened: `The data set ${dataset} has no split "${name}".`,
    expected: `one of: ${splits.join(', ')}`,
    fix: 'Name one of these splits. Of images without splits, data.holdout above 0 sets some apart as "test".',
  });

export const folderMissing = (root: string, why: string): MochiError =>
  new MochiError('MOCHI_FOLDER_MISSING', {
    happened: `The image folder ${root} ${why}.`,
    expected: 'a folder of images, or of one folder of images per class',
    fix: `Correct data.root (--data of a command). A relative path starts where the command is run.${why === 'is a file' ? ' Of a list of files make a folder of links to them, in a folder for each class, or a data set of your own: a plugin of kind data.' : ''}`,
  });

export const folderUnreadable = (folder: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_FOLDER_UNREADABLE',
    {
      happened: `The folder ${folder} cannot be listed: ${reasonOf(cause)}.`,
      expected: 'every folder under data.root to be readable by the user who runs this',
      fix: `Allow reading it (chmod u+rx), or move it out of data.root.`,
    },
    { cause },
  );

export const folderEmpty = (folder: string, otherFiles: number): MochiError =>
  new MochiError('MOCHI_FOLDER_EMPTY', {
    happened: `No image was found under ${folder}${otherFiles > 0 ? `, only ${otherFiles} other files` : ''}.`,
    expected: `files ending in ${IMAGE_EXTENSIONS.map((e) => `.${e}`).join(', ')}, .avif, .tif or .tiff (any case), at any depth; names that begin with a dot are passed over`,
    fix: 'Correct data.root (--data of a command), or convert the images to one of these formats.',
  });

export const splitClash = (root: string, splits: readonly string[]): MochiError =>
  new MochiError('MOCHI_SPLIT_CLASH', {
    happened: `data.holdout is set, but ${root} already has the splits ${splits.join(', ')}.`,
    expected: 'either split folders (or archives), or a hold-out share',
    fix: 'Set data.holdout to 0, or point data.root at the folder of one split.',
  });

export const tarUnreadable = (path: string, reason: string, cause?: unknown): MochiError =>
  new MochiError(
    'MOCHI_TAR_UNREADABLE',
    {
      happened: `The archive ${path} cannot be read: ${reason}.`,
      expected: 'a whole tar archive (.tar, .tar.gz or .tgz) of images in class folders',
      fix: 'Correct data.path, or fetch the archive again; `tar tf` lists a sound one to its end.',
    },
    cause === undefined ? undefined : { cause },
  );

export const tarEmpty = (path: string, entries: number): MochiError =>
  new MochiError('MOCHI_TAR_EMPTY', {
    happened: `The archive ${path} holds no image among its ${entries} entries.`,
    expected: `files ending in ${IMAGE_EXTENSIONS.map((e) => `.${e}`).join(', ')}, in class folders`,
    fix: 'Look at what is in it with `tar tf`, and name the archive that holds the images.',
  });

export const tarTooBig = (path: string, limitMiB: number): MochiError =>
  new MochiError('MOCHI_TAR_TOO_BIG', {
    happened: `The images of the archive ${path} take more than ${limitMiB} MiB, and all of them are kept in memory.`,
    expected: 'encoded images of at most data.maxMiB together',
    fix: 'Unpack it and use the data set image-folder, or raise data.maxMiB where memory allows.',
  });
