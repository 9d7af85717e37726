/* Asks the drive everything that programs ask a CD drive on Linux, and prints what it is told, a line per question.
   Run without arguments; it starts itself again with a descriptor to inherit. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <pthread.h>
#include <scsi/scsi.h>
#include <scsi/scsi_ioctl.h>
#include <scsi/sg.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define SAY(name, ...) do { printf("%s:", name); printf(" " __VA_ARGS__); printf("\n"); } while (0)

/* The structure is filled before it is looked at: the pointer is all that is passed. */
static const char *kind(int result, const struct stat *st)
{
    static char text[64];
    if (result != 0)
        snprintf(text, sizeof text, "error %d", errno);
    else
        snprintf(text, sizeof text, "%s %u,%u", S_ISBLK(st->st_mode) ? "block" : S_ISLNK(st->st_mode) ? "link" : "other",
                 major(st->st_rdev), minor(st->st_rdev));
    return text;
}

/* The functions that programs call which were linked with an old C library. */
static void old_names(int fd)
{
    int (*xstat)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, "__xstat");
    int (*lxstat)(int, const char *, struct stat *) = dlsym(RTLD_DEFAULT, "__lxstat64");
    int (*fxstat)(int, int, struct stat *) = dlsym(RTLD_DEFAULT, "__fxstat64");
    int (*fxstatat)(int, int, const char *, struct stat *, int) = dlsym(RTLD_DEFAULT, "__fxstatat");
    int (*open_2)(const char *, int) = dlsym(RTLD_DEFAULT, "__open64_2");
    struct stat st;
    SAY("__xstat", "%s", kind(xstat(1, "/dev/sr0", &st), &st));
    SAY("__lxstat64", "%s", kind(lxstat(1, "/dev/cdrom", &st), &st));
    SAY("__fxstat64", "%s", kind(fxstat(1, fd, &st), &st));
    SAY("__fxstatat", "%s", kind(fxstatat(1, AT_FDCWD, "/dev/sr0", &st, 0), &st));
    SAY("__xstat of another", "%s", kind(xstat(1, "/dev/null", &st), &st));
    int second = open_2("/dev/sr0", O_RDONLY | O_NONBLOCK);
    SAY("__open64_2", "%s", kind(fstat(second, &st), &st));
    close(second);
}

static void new_names(int fd)
{
    struct stat st;
    struct statx stx;
    int dev = open("/dev", O_RDONLY | O_DIRECTORY);
    SAY("stat", "%s", kind(stat("/dev/sr0", &st), &st));
    SAY("lstat", "%s", kind(lstat("/dev/cdrom", &st), &st));
    SAY("fstat", "%s", kind(fstat(fd, &st), &st));
    SAY("fstatat", "%s", kind(fstatat(dev, "sr0", &st, 0), &st));
    SAY("fstatat empty", "%s", kind(fstatat(fd, "", &st, AT_EMPTY_PATH), &st));
    int result = statx(dev, "./sr0", 0, STATX_BASIC_STATS, &stx);
    SAY("statx", "%d %o %u,%u", result, stx.stx_mode & S_IFMT, stx.stx_rdev_major, stx.stx_rdev_minor);
    int other = openat(dev, "cdrom", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    SAY("openat", "%s %d", kind(fstat(other, &st), &st), fcntl(other, F_GETFD) & FD_CLOEXEC);
    result = openat(dev, "cdrom", O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    SAY("O_NOFOLLOW", "%d %d", result, errno == ELOOP);
    close(other);
    chdir("/dev");
    SAY("access", "%d %d", access("sr0", R_OK | W_OK), faccessat(dev, "sr0", R_OK, 0));
    chdir("/");
    int flags = fcntl(fd, F_GETFL);
    SAY("F_GETFL", "%d %d", flags & O_ACCMODE, (flags & O_NONBLOCK) != 0);
    fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    SAY("F_SETFL", "%d", (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 40);
    SAY("F_DUPFD", "%d %s", copy >= 40, kind(fstat(copy, &st), &st));
    close(copy);
    copy = dup3(fd, 50, 0);
    SAY("dup3", "%s", kind(fstat(50, &st), &st));
    close(50);
    close(dev);
}

static int sg(int fd, const unsigned char *cdb, int length, int direction, void *data, unsigned size, int vectors,
              struct sg_io_hdr *hdr, unsigned char *sense)
{
    memset(hdr, 0, sizeof *hdr);
    hdr->interface_id = 'S';
    hdr->cmdp = (unsigned char *)cdb;
    hdr->cmd_len = length;
    hdr->dxfer_direction = direction;
    hdr->dxferp = data;
    hdr->dxfer_len = size;
    hdr->iovec_count = vectors;
    hdr->sbp = sense;
    hdr->mx_sb_len = 32;
    hdr->timeout = 30000;
    return ioctl(fd, SG_IO, hdr);
}

static void scsi(int fd)
{
    static const unsigned char inquiry[6] = {0x12, 0, 0, 0, 36, 0};
    static const unsigned char nonsense[10] = {0x2A, 0, 0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0};
    unsigned char answer[64], sense[32], block[2048] = {0};
    struct sg_io_hdr hdr;
    int result = sg(fd, inquiry, 6, SG_DXFER_FROM_DEV, answer, 64, 0, &hdr, sense);
    SAY("SG_IO", "%d type %d resid %d status %d info %d", result, answer[0] & 31, hdr.resid, hdr.status, hdr.info);
    unsigned char first[3], second[30], third[20];
    struct iovec parts[3] = {{first, 3}, {second, 30}, {third, 20}};
    result = sg(fd, inquiry, 6, SG_DXFER_FROM_DEV, parts, 36, 3, &hdr, sense);
    int same = !memcmp(first, answer, 3) && !memcmp(second, answer + 3, 30) && !memcmp(third, answer + 33, 3);
    SAY("SG_IO vectors", "%d same %d resid %d", result, same, hdr.resid);
    result = sg(fd, nonsense, 10, SG_DXFER_TO_DEV, block, 2048, 0, &hdr, sense);
    SAY("SG_IO refused", "%d status %d masked %d driver %d host %d sense %d %x/%x resid %d info %d", result, hdr.status,
        hdr.masked_status, hdr.driver_status, hdr.host_status, hdr.sb_len_wr, sense[0], sense[2] & 15, hdr.resid, hdr.info);
    hdr.interface_id = 'Q';
    result = ioctl(fd, SG_IO, &hdr);
    SAY("SG_IO other interface", "%d %d", result, errno == EINVAL);
    result = sg(fd, inquiry, 6, SG_DXFER_FROM_DEV, (void *)8, 36, 0, &hdr, sense);
    SAY("SG_IO nowhere", "%d %d", result, errno == EFAULT);
    struct cdrom_generic_command packet;
    memset(&packet, 0, sizeof packet);
    memcpy(packet.cmd, inquiry, 6);
    packet.buffer = answer;
    packet.buflen = 64;
    packet.data_direction = CGC_DATA_READ;
    packet.timeout = 1000;
    memset(answer, 0xEE, 64);
    result = ioctl(fd, CDROM_SEND_PACKET, &packet);
    SAY("CDROM_SEND_PACKET", "%d type %d left %u stat %d", result, answer[0] & 31, packet.buflen, packet.stat);
    packet.cmd[0] = 0xD8 /* no such command */;
    packet.sense = (struct request_sense *)sense;
    result = ioctl(fd, CDROM_SEND_PACKET, &packet);
    SAY("CDROM_SEND_PACKET refused", "%d %d key %x asc %x", result, errno == EIO, sense[2] & 15, sense[12]);
}

static void cdrom(int fd)
{
    int result, value = -1;
    struct { uint32_t id, unique; } lun = {0, 0};
    struct { int host, channel, id, lun, type; short a, b; int c, d; } scsi_id;
    result = ioctl(fd, SG_GET_VERSION_NUM, &value);
    SAY("SG_GET_VERSION_NUM", "%d %d", result, value >= 30000);
    value = 60 * 100;
    result = ioctl(fd, SG_SET_TIMEOUT, &value);
    SAY("SG_SET_TIMEOUT", "%d", result);
    result = ioctl(fd, SG_GET_TIMEOUT, 0);
    SAY("SG_GET_TIMEOUT", "%d", result);
    value = 65536;
    result = ioctl(fd, SG_SET_RESERVED_SIZE, &value);
    SAY("SG_SET_RESERVED_SIZE", "%d", result);
    value = 0;
    result = ioctl(fd, SG_GET_RESERVED_SIZE, &value);
    SAY("SG_GET_RESERVED_SIZE", "%d %d", result, value);
    result = ioctl(fd, SG_EMULATED_HOST, &value);
    SAY("SG_EMULATED_HOST", "%d %d", result, value);
    result = ioctl(fd, SG_GET_SCSI_ID, &scsi_id);
    SAY("SG_GET_SCSI_ID", "%d type %d", result, scsi_id.type);
    result = ioctl(fd, SCSI_IOCTL_GET_IDLUN, &lun);
    SAY("SCSI_IOCTL_GET_IDLUN", "%d id %d", result, lun.id & 0xFFFFFF);
    result = ioctl(fd, SCSI_IOCTL_GET_BUS_NUMBER, &value);
    SAY("SCSI_IOCTL_GET_BUS_NUMBER", "%d %d", result, value == (int)(lun.id >> 24));
    SAY("CDROM_GET_CAPABILITY", "%d", (ioctl(fd, CDROM_GET_CAPABILITY, 0) & (CDC_CD_RW | CDC_CD_R | CDC_LOCK)) == (CDC_CD_RW | CDC_CD_R | CDC_LOCK));
    result = ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT);
    SAY("CDROM_DRIVE_STATUS", "%d", result);
    result = ioctl(fd, CDROM_DISC_STATUS, 0);
    SAY("CDROM_DISC_STATUS", "%d", result);
    result = ioctl(fd, CDROM_SELECT_SPEED, 8);
    SAY("CDROM_SELECT_SPEED", "%d", result);
    result = ioctl(fd, CDROM_LOCKDOOR, 1);
    SAY("CDROM_LOCKDOOR", "%d", result);
    result = ioctl(fd, CDROMEJECT, 0);
    SAY("CDROMEJECT locked", "%d %d", result, errno == EBUSY);
    result = ioctl(fd, CDROM_LOCKDOOR, 0);
    SAY("CDROM_LOCKDOOR off", "%d", result);
    struct cdrom_tochdr header;
    result = ioctl(fd, CDROMREADTOCHDR, &header);
    SAY("CDROMREADTOCHDR", "%d %d to %d", result, header.cdth_trk0, header.cdth_trk1);
    struct cdrom_tocentry entry = {.cdte_track = 2, .cdte_format = CDROM_LBA};
    result = ioctl(fd, CDROMREADTOCENTRY, &entry);
    SAY("CDROMREADTOCENTRY", "%d lba %d control %d adr %d", result, entry.cdte_addr.lba,
        entry.cdte_ctrl, entry.cdte_adr);
    entry.cdte_track = CDROM_LEADOUT;
    entry.cdte_format = CDROM_MSF;
    result = ioctl(fd, CDROMREADTOCENTRY, &entry);
    SAY("CDROMREADTOCENTRY lead-out", "%d %02d:%02d:%02d", result, entry.cdte_addr.msf.minute,
        entry.cdte_addr.msf.second, entry.cdte_addr.msf.frame);
    entry.cdte_track = 77;
    result = ioctl(fd, CDROMREADTOCENTRY, &entry);
    SAY("CDROMREADTOCENTRY none", "%d %d", result, errno == EINVAL);
    struct cdrom_multisession session = {.addr_format = CDROM_LBA};
    result = ioctl(fd, CDROMMULTISESSION, &session);
    SAY("CDROMMULTISESSION", "%d flag %d lba %d", result, session.xa_flag, session.addr.lba);
    uint64_t size = 0;
    result = ioctl(fd, BLKGETSIZE64, &size);
    SAY("BLKGETSIZE64", "%d %llu", result, (unsigned long long)size);
    result = ioctl(fd, BLKSSZGET, &value);
    SAY("BLKSSZGET", "%d %d", result, value);
    result = ioctl(fd, BLKROGET, &value);
    SAY("BLKROGET", "%d %d", result, value);
    long place = -1;
    result = ioctl(fd, CDROM_NEXT_WRITABLE, &place);
    SAY("CDROM_NEXT_WRITABLE", "%d %ld", result, place);
    result = ioctl(fd, CDROM_LAST_WRITTEN, &place);
    SAY("CDROM_LAST_WRITTEN", "%d %ld", result, place);
    struct cdrom_subchnl sub = {.cdsc_format = CDROM_MSF};
    result = ioctl(fd, CDROMSUBCHNL, &sub);
    SAY("CDROMSUBCHNL", "%d status %x", result, sub.cdsc_audiostatus);
    unsigned char sector[2352] = {0, 2, 16}; /* minute, second, frame: LBA 16 */
    result = ioctl(fd, CDROMREADRAW, sector);
    SAY("CDROMREADRAW", "%d sync %02x %02x mode %d data %02x", result, sector[0], sector[1], sector[15], sector[16]);
    memcpy(sector, (unsigned char[]){0, 2, 16}, 3);
    result = ioctl(fd, CDROMREADMODE1, sector);
    SAY("CDROMREADMODE1", "%d data %02x", result, sector[0]);
    result = ioctl(fd, 0x53FE, 0);
    SAY("unknown", "%d %d", result, errno == ENOTTY);
    result = ioctl(fd, 0x030D, sector);
    SAY("HDIO_GET_IDENTITY", "%d %d", result, errno == ENOTTY);
    result = ioctl(fd, CDROM_MEDIA_CHANGED, CDSL_CURRENT);
    SAY("CDROM_MEDIA_CHANGED", "%d", result);
    result = ioctl(fd, CDROMEJECT, 0);
    SAY("CDROMEJECT", "%d", result);
    result = ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT);
    SAY("CDROM_DRIVE_STATUS open", "%d", result);
    result = ioctl(fd, CDROMCLOSETRAY, 0);
    SAY("CDROMCLOSETRAY", "%d", result);
    while (ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT) == CDS_DRIVE_NOT_READY)
        usleep(1000);
    result = ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT);
    SAY("CDROM_DRIVE_STATUS closed", "%d", result);
    result = ioctl(fd, CDROM_MEDIA_CHANGED, CDSL_CURRENT);
    SAY("CDROM_MEDIA_CHANGED then", "%d", result);
    result = ioctl(fd, CDROM_MEDIA_CHANGED, CDSL_CURRENT);
    SAY("CDROM_MEDIA_CHANGED again", "%d", result);
}

static void *inquire(void *argument)
{
    static const unsigned char inquiry[6] = {0x12, 0, 0, 0, 36, 0};
    static const unsigned char capacity[10] = {0x25};
    intptr_t wrong = 0;
    for (int turn = 0; turn < 300; turn++) {
        unsigned char answer[36] = {0}, sense[32];
        struct sg_io_hdr hdr;
        int small = turn & 1;
        if (sg((int)(intptr_t)argument, small ? capacity : inquiry, small ? 10 : 6, SG_DXFER_FROM_DEV, answer, small ? 8 : 36, 0, &hdr, sense) != 0
            || hdr.status != 0 || (small ? answer[6] != 8 : answer[0] != 5))
            wrong++;
    }
    return (void *)wrong;
}

/* Threads, a fork and a spawned program on one descriptor, all at once. */
static void many(int fd, const char *self)
{
    pthread_t threads[4];
    char number[16];
    snprintf(number, sizeof number, "%d", fd);
    pid_t child = fork(), spawned;
    if (child == 0)
        _exit(inquire((void *)(intptr_t)fd) != NULL);
    char *arguments[] = {(char *)self, number, NULL};
    posix_spawn(&spawned, self, NULL, NULL, arguments, environ);
    intptr_t wrong = 0;
    for (int index = 0; index < 4; index++)
        pthread_create(&threads[index], NULL, inquire, (void *)(intptr_t)fd);
    for (int index = 0; index < 4; index++) {
        void *result;
        pthread_join(threads[index], &result);
        wrong += (intptr_t)result;
    }
    int status, other;
    waitpid(child, &status, 0);
    waitpid(spawned, &other, 0);
    SAY("threads, fork, spawn", "%ld %d %d", (long)wrong, status, other);
}

int main(int count, char **arguments)
{
    if (count > 1) {
        struct stat st;
        int fd = atoi(arguments[1]);
        return fstat(fd, &st) != 0 || !S_ISBLK(st.st_mode) || inquire((void *)(intptr_t)fd) != NULL;
    }
    int fd = open("/dev/sr0", O_RDWR | O_NONBLOCK | O_EXCL);
    if (fd < 0) {
        perror("/dev/sr0");
        return 1;
    }
    errno = 0;
    read(open("/dev/null", O_RDONLY), &(char){0}, 1);
    SAY("errno of others", "%d", errno);
    old_names(fd);
    new_names(fd);
    scsi(fd);
    many(fd, "/proc/self/exe");
    cdrom(fd);
    fflush(stdout);
    return 0;
}
