/* SPDX-License-Identifier: GPL-3.0-or-later
 * cli/export_folder.h: what the files about the folder of an export share. Failures are BK_FILE with a
 * message that names the folder. */
#ifndef BRISK_CLI_EXPORT_FOLDER_H
#define BRISK_CLI_EXPORT_FOLDER_H

#include "cli/export.h"

/* An empty file in a folder that an export is writing or replacing: it tells who may remove the folder where
 * the export died. It is the first file to come and the last to go. */
#define BK_EXPORT_MARK ".brisk-export"

/* "cannot STEP PATH: " and the system's reason. */
bk_status bk_export_trouble(const char *step, const char *path);

/* ---- export_entries.c: what lies in a folder */
bk_status bk_export_check_empty(const char *path);
/* An earlier export that nothing else was put into: README.txt lists all its files. */
bk_status bk_export_check_earlier(const char *path);
/* Removes an earlier export, folder and all; nothing of a folder that is not just that. */
bk_status bk_export_remove_earlier(const char *path);
/* Removes all but the mark from a marked folder; nothing where it holds what no export writes. */
bk_status bk_export_remove_files(const char *path);
/* The same, and the folder. */
bk_status bk_export_remove_marked(const char *path);

/* ---- export_swap.c: marks and names */
/* Opens and locks a folder, the part of target or an export that stands in its place. Owned by the caller
 * (close). */
bk_status bk_export_lock(int *folder, const char *path, const char *target);
bool bk_export_is_marked(int folder);
bk_status bk_export_mark(int folder, const char *path);
/* Gives the finished and marked folder part its name, where old in the place of an earlier export, and takes
 * the mark away. *named: it has its name, whatever failed then. */
bk_status bk_export_publish(bool *named, int folder, const char *part, const char *path, bool old);

#endif
